//! What reading takes: one buffer for multipart, nothing for decisions by the head.

use http::Method;

use super::decode_tests::{content, form_plan, plan};
use super::{Accept, ContentLimits, MediaType, Multipart, MultipartLimits, select};
use crate::limits::content::MULTIPART_BUFFER_BYTES;
use crate::serve::{BodyError, BodySource, FieldLine, RequestHead};

/// A part of 64 MiB that nobody holds in memory.
struct Large {
    head: &'static [u8],
    left: usize,
    tail: &'static [u8],
}

impl BodySource for Large {
    fn length(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let text = [&mut self.head, &mut self.tail].into_iter().find(|text| !text.is_empty());
        if let Some(rest) = text.filter(|rest| self.left == 0 || rest.starts_with(b"--")) {
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            *rest = &rest[count..];
            return Ok(count);
        }
        let count = self.left.min(buffer.len());
        buffer[..count].fill(b'-');
        self.left -= count;
        Ok(count)
    }
}

fn read_part(reader: &mut Multipart<'_>) -> usize {
    let mut buffer = [0; 4096];
    let mut bytes = 0;
    loop {
        let count = reader.read(&mut buffer).unwrap();
        bytes += count;
        if count == 0 {
            return bytes;
        }
    }
}

#[test]
fn a_large_part_takes_one_buffer() {
    let mut source = Large { head: b"--b\r\nA: b\r\n\r\n", left: 64 << 20, tail: b"\r\n--b--" };
    let limits = MultipartLimits { parts_max: 1, part_bytes_max: 128 << 20 };
    let mut bytes = 0;
    let used = allocation_counter::measure(|| {
        let mut reader = Multipart::new(&mut source, "b", limits).unwrap();
        while reader.next_part().unwrap().is_some() {
            bytes += read_part(&mut reader);
        }
    });
    assert_eq!(bytes, 64 << 20);
    assert!(used.bytes_max < MULTIPART_BUFFER_BYTES as u64 + 2048, "{} bytes", used.bytes_max);
}

#[test]
fn deciding_by_the_head_takes_no_heap() {
    let plan = form_plan();
    let fields = [
        FieldLine::new("Content-Type", "application/x-www-form-urlencoded; a=\"b\\\"c\""),
        FieldLine::new("Content-Length", "3"),
        FieldLine::new("Accept", "text/html, application/json;q=0.9, */*;q=0.1"),
    ];
    let head = RequestHead::new(Method::POST, "/", &fields).unwrap();
    let used = allocation_counter::measure(|| {
        assert!(select(&plan, &head, &ContentLimits::default()).is_ok());
        assert!(Accept::of(&head).choose([MediaType::JSON]).is_some());
    });
    assert_eq!(used.count_total, 0);
}

#[test]
fn a_small_json_body_reserves_little() {
    let plan = plan("*/*", vec![]);
    let used = allocation_counter::measure(|| {
        let content = content(&plan, "application/json", br#"{"id":7}"#).unwrap();
        assert!(content.value().is_some());
    });
    assert!(used.bytes_max < 8 * 1024, "{} bytes", used.bytes_max);
}
