//! What a response becomes before it is sent.

use super::*;

#[test]
fn a_problem_tells_the_status_that_is_sent() {
    let problem = Response::from(Problem::of(ProblemKind::NotFound)).with_status(StatusCode::GONE);
    let context = ProblemContext {
        path: "/",
        format: ProblemFormat::Json,
        validation_status: ValidationStatus::default(),
    };
    let sent = problem.settle(&context);
    assert_eq!(sent.problem().map(Problem::status), Some(sent.status()));
}

#[test]
fn content_is_left_out_where_there_may_be_none() {
    let with_content = |status: u16| Response::text("abc").with_status(StatusCode::from_u16(status).unwrap());
    // Status, whether the method is HEAD, announced length, bytes of content (HTTP-005, HTTP-018).
    let cases: &[(Response, bool, Option<u64>, u64)] = &[
        (with_content(200).finish(false), false, Some(3), 3),
        (with_content(200).finish(true), true, Some(3), 0),
        (with_content(404).finish(true), true, Some(3), 0),
        (with_content(204).finish(false), false, None, 0),
        (with_content(204).finish(true), true, None, 0),
        (with_content(205).finish(false), false, Some(0), 0),
        (with_content(205).finish(true), true, Some(0), 0),
        (with_content(304).finish(false), false, None, 0),
        (with_content(304).with_length_announced(9).finish(false), false, Some(9), 0),
        (with_content(103).finish(false), false, None, 0),
        (Response::new(StatusCode::OK).finish(false), false, Some(0), 0),
        (Response::new(StatusCode::OK).with_length_announced(9).finish(true), true, Some(9), 0),
        (with_content(200).with_length_announced(9).finish(false), false, Some(3), 3),
        (Response::from(Problem::of(ProblemKind::NotFound)).finish(true), true, Some(83), 0),
    ];
    for (response, head, announced, bytes) in cases {
        let line = format!("{} head {head}", response.status());
        assert_eq!(response.content_length(), *announced, "{line}");
        assert_eq!(response.body().length(), Some(*bytes), "{line}");
    }
}

#[test]
fn a_content_type_goes_with_its_content() {
    // Status, whether the method is HEAD, whether there is a Content-Type (RFC 9110 §8.3, §15.4.5).
    let cases = [
        (200, false, true),
        (200, true, true),
        (404, true, true),
        (103, false, false),
        (204, false, false),
        (204, true, false),
        (205, false, false),
        (304, false, false),
        (304, true, false),
    ];
    for (status, head, expected) in cases {
        let response = Response::text("abc").with_field("ETag", "\"a\"");
        let response = response.with_status(StatusCode::from_u16(status).unwrap()).finish(head);
        assert_eq!(response.field("content-type").is_some(), expected, "{status} head {head}");
        assert_eq!(response.field("etag"), Some("\"a\""), "{status} head {head}");
    }
}

#[test]
fn a_fault_becomes_a_500_that_tells_nothing() {
    struct Unwritable;
    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("secret"))
        }
    }
    let cases = [
        Response::text("a").with_field("X-A", "a\r\nb"),
        Response::text("a").with_added_field("X A", "a"),
        Response::text("a").with_field("content-length", "7"),
        Response::redirect(StatusCode::FOUND, "/a\r\nSet-Cookie: b"),
        Response::redirect(StatusCode::FOUND, "/a b"),
        Response::json(&Unwritable),
        Response::text("a").with_cookie(&Cookie::new("a", "b;c")),
    ];
    for response in cases {
        assert!(response.fault().is_some());
        let settled = response.settle(&ProblemContext::default());
        assert_eq!(settled.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(settled.problem().map(Problem::kind), Some(ProblemKind::Internal));
        assert_eq!(settled.fields().len(), 1);
    }
}

#[test]
fn fields_replace_and_add() {
    let response = Response::json(&1)
        .with_field("content-type", "application/hal+json")
        .with_added_field("Link", "<a>")
        .with_added_field("Link", "<b>");
    let lines: Vec<_> = response.fields().iter().map(|line| (line.name(), line.value())).collect();
    assert_eq!(lines, [("content-type", "application/hal+json"), ("Link", "<a>"), ("Link", "<b>")]);
}

#[test]
fn every_cookie_has_its_line() {
    let response =
        Response::no_content().with_cookie(&Cookie::new("a", "1")).with_cookie(&Cookie::new("b", "2"));
    let lines: Vec<_> = response.fields().iter().map(|line| (line.name(), line.value())).collect();
    assert_eq!(lines, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]);
}

#[test]
fn refusals_allocate_nothing() {
    let allow: Arc<str> = "GET, HEAD, OPTIONS".into();
    let mut room = Vec::with_capacity(1024);
    let control = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 9])));
    assert_eq!(control.count_total, 1, "the counter counts");
    let makers: [(&str, &dyn Fn() -> Problem); 6] = [
        ("401", &|| Problem::of(ProblemKind::CredentialsMissing)),
        ("404", &|| Problem::of(ProblemKind::NotFound).with_detail("no path of the description matches")),
        ("405", &|| Problem::method_not_allowed(&allow)),
        ("406", &|| Problem::of(ProblemKind::NotAcceptable)),
        ("413", &|| Problem::of(ProblemKind::ContentTooLarge)),
        ("415", &|| Problem::of(ProblemKind::ContentTypeUnsupported)),
    ];
    let formats = [ProblemFormat::Json, ProblemFormat::Xml];
    for ((status, make), format) in makers.iter().flat_map(|maker| formats.map(|format| (maker, format))) {
        room.clear();
        let context = ProblemContext { path: "/pets/7", format, ..ProblemContext::default() };
        let counted = allocation_counter::measure(|| {
            let mut response = Response::from(make()).settle(&context).finish(false);
            assert_eq!(response.status().as_str(), *status);
            let length = response.content_length();
            assert_eq!(response.body_mut().write_to(&mut room).ok(), length);
        });
        assert_eq!(counted.count_total, 0, "{status} {format:?}");
        assert!(!room.is_empty());
    }
}

#[test]
fn a_problem_learns_of_its_request() {
    let validation_status = ValidationStatus::UnprocessableContent;
    let long = format!("/{}", "a".repeat(crate::limits::PROBLEM_INSTANCE_BYTES_MAX));
    let cases: &[(ProblemKind, &str, ProblemFormat, u16, Option<&str>)] = &[
        (ProblemKind::NotFound, "/a", ProblemFormat::Json, 404, Some("/a")),
        (ProblemKind::ContentInvalid, "/a", ProblemFormat::Xml, 422, Some("/a")),
        (ProblemKind::ContentMalformed, &long, ProblemFormat::Json, 400, None),
    ];
    for (kind, path, format, status, instance) in cases {
        let context = ProblemContext { path, format: *format, validation_status };
        let response = Response::from(Problem::of(*kind)).settle(&context);
        assert_eq!(response.status().as_u16(), *status, "{kind:?}");
        assert_eq!(response.problem().map(|problem| problem.status().as_u16()), Some(*status), "{kind:?}");
        assert_eq!(response.field("Content-Type"), Some(format.media_type()), "{kind:?}");
        assert_eq!(response.fields().len(), 1, "{kind:?}");
        let Body::Problem(content) = response.body() else { panic!("{kind:?}") };
        assert_eq!(content.instance(), *instance, "{kind:?}");
    }
}
