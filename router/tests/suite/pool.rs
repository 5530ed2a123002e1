//! Pooled handlers from outside: on another thread, over a full queue, failing, late, and refused when the `Api` is built.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use brrtrouter::{
    Api, ApiBuilder, ApiKeys, ApiOptions, Connection, Context, Description, Executor, ExecutorError,
    Handlers, InPlace, Job, Otherwise, Principal, Problem, Response, SecurityProviders, echo,
};

const WORK: &str = r##"
openapi: 3.1.2
info: { title: Work, version: "1" }
paths:
  /work/{id}:
    post:
      operationId: work
      security: [{ key: [] }]
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
        - { name: limit, in: query, schema: { type: integer } }
        - { name: X-Trace, in: header, schema: { type: string } }
        - { name: session, in: cookie, schema: { type: string } }
      requestBody:
        content:
          application/json: { schema: { type: object, properties: { name: { type: string } } } }
          image/png: { schema: {} }
      responses: { "200": { description: done, content: { application/json: {}, text/plain: {} } } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
"##;

type Answer = Result<Response, Problem>;

fn build(text: &str, configure: impl FnOnce(ApiBuilder<'_>) -> ApiBuilder<'_>) -> Result<Api, String> {
    let description = Description::from_text("work.yaml", text).unwrap();
    let keys = ApiKeys::new().with_key("right", Principal::new("ada"));
    let builder = Api::builder(&description).security(SecurityProviders::new().on("key", keys));
    configure(builder).build().map_err(|faults| faults.to_string())
}

fn work(
    executor: impl Executor + 'static,
    handler: impl Fn(&Context<'_>) -> Answer + Send + Sync + 'static,
) -> Api {
    build(WORK, |builder| builder.executor(executor).handlers(Handlers::new().on_pool("work", handler)))
        .unwrap()
}

fn post(api: &Api, id: u32) -> brrtrouter::TestResponse {
    api.test().post(format!("/work/{id}")).field("X-Key", "right").send()
}

/// A bounded queue and one worker thread, as a pool has many; dropping it ends the thread.
struct Pool {
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<VecDeque<(Job, mpsc::Sender<Answer>)>>,
    changed: Condvar,
    capacity: usize,
    closed: AtomicBool,
}

impl Pool {
    fn new(capacity: usize) -> Self {
        let (queue, changed, closed) = (Mutex::default(), Condvar::new(), AtomicBool::new(false));
        let shared = Arc::new(Shared { queue, changed, capacity, closed });
        let worker = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.work()
        });
        Self { shared, worker: Some(worker) }
    }

    fn worker(&self) -> ThreadId {
        self.worker.as_ref().unwrap().thread().id()
    }

    /// Waits until so many jobs stand in the queue.
    fn wait_for(&self, count: usize) {
        let queue = self.shared.queue.lock().unwrap();
        drop(self.shared.changed.wait_while(queue, |queue| queue.len() != count).unwrap());
    }
}

impl Shared {
    fn work(&self) {
        while let Some((job, done)) = self.next() {
            // The caller may have stopped waiting.
            done.send(job.run()).unwrap_or_default();
        }
    }

    fn next(&self) -> Option<(Job, mpsc::Sender<Answer>)> {
        let is_idle = |queue: &mut VecDeque<_>| queue.is_empty() && !self.closed.load(Ordering::SeqCst);
        let mut queue = self.changed.wait_while(self.queue.lock().unwrap(), is_idle).unwrap();
        let next = queue.pop_front();
        self.changed.notify_all();
        next
    }
}

impl Executor for Pool {
    fn run(&self, job: Job) -> Answer {
        assert_eq!(job.operation().name(), "work");
        let time_left = job.time_left();
        let (done, result) = mpsc::channel();
        let mut queue = self.shared.queue.lock().unwrap();
        if queue.len() == self.shared.capacity {
            return Err(ExecutorError::Full { retry_after: Duration::from_secs(2) }.into());
        }
        queue.push_back((job, done));
        self.shared.changed.notify_all();
        drop(queue);
        match time_left {
            None => result.recv().map_err(|_| ExecutorError::Lost)?,
            Some(time_left) => result.recv_timeout(time_left).map_err(|fault| match fault {
                mpsc::RecvTimeoutError::Timeout => ExecutorError::DeadlineExceeded,
                mpsc::RecvTimeoutError::Disconnected => ExecutorError::Lost,
            })?,
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // A worker that is about to sleep holds the lock: it has either seen the mark or hears the call.
        drop(self.shared.queue.lock());
        self.shared.changed.notify_all();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has ended as well.
            worker.join().unwrap_or_default();
        }
    }
}

/// All that a handler can read, as one line.
fn everything(cx: &Context<'_>) -> Answer {
    let seen = (
        (cx.path::<u64>("id")?, cx.query::<Option<u8>>("limit")?),
        (cx.header::<Option<&str>>("x-trace")?, cx.cookie::<Option<&str>>("session")?),
        cx.body::<serde_json::Value>()?,
        (String::from_utf8_lossy(cx.raw()), cx.operation().name(), cx.accepted()),
        (cx.head().method(), cx.head().target(), cx.head().path(), cx.head().query()),
        (cx.head().fields().len(), cx.connection().peer, cx.security().principal().map(Principal::name)),
        (cx.is_cancelled(), cx.deadline().is_some(), cx.take_stream().is_some()),
    );
    Ok(Response::text(format!("{seen:?}")))
}

#[test]
fn a_pooled_handler_reads_what_an_inline_one_reads() {
    let pool = Arc::new(Pool::new(4));
    let options = || ApiOptions { request_time_max: Some(Duration::from_secs(60)), ..ApiOptions::default() };
    let inline =
        build(WORK, |builder| builder.options(options()).handlers(Handlers::new().on("work", everything)));
    let pooled = build(WORK, |builder| {
        let handlers = Handlers::new().on_pool("work", everything);
        builder.options(options()).handlers(handlers).executor(Arc::clone(&pool))
    });
    let default = build(WORK, |builder| {
        builder.options(options()).handlers(Handlers::new().on_pool("work", everything))
    });
    let answer = |api: &Api| {
        let connection = Connection { peer: "192.0.2.7:80".parse().ok(), ..Connection::default() };
        let request = api.test().over(connection).post("/work/7?limit=9");
        let request = request.field("X-Key", "right").field("X-Trace", "t").field("Cookie", "session=s");
        let request = request.field("Accept", "text/*").json(&serde_json::json!({ "name": "a" }));
        let response = request.send();
        assert_eq!(response.status(), 200, "{}", response.text());
        response.text().into_owned()
    };
    let expected = answer(&inline.unwrap());
    assert!(expected.contains("((7, Some(9)), (Some(\"t\"), Some(\"s\"))"), "{expected}");
    assert!(expected.contains("192.0.2.7:80") && expected.contains("Some(\"ada\")"), "{expected}");
    assert_eq!(answer(&pooled.unwrap()), expected);
    assert_eq!(answer(&default.unwrap()), expected);
}

#[test]
fn the_executor_says_on_which_thread_a_handler_runs() {
    let here = std::thread::current().id();
    let pool = Arc::new(Pool::new(1));
    let handler = |expected: ThreadId| {
        move |_: &Context<'_>| Ok(Response::json(&(std::thread::current().id() == expected)))
    };
    let other = pool.worker();
    for api in [work(pool, handler(other)), work(InPlace, handler(here))] {
        assert_eq!(post(&api, 1).text(), "true");
        assert_eq!(post(&api, 0).status(), 400, "parameters are judged before the pool");
        assert_eq!(api.test().post("/work/1").send().status(), 401, "and so are credentials");
    }
}

#[test]
fn a_full_pool_answers_503_and_says_when_to_retry() {
    let pool = Arc::new(Pool::new(1));
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let gates = Mutex::new((started, released));
    let api = work(Arc::clone(&pool), move |_| {
        let gates = gates.lock().unwrap();
        gates.0.send(()).unwrap();
        gates.1.recv().unwrap();
        Ok(Response::json(&"done"))
    });
    std::thread::scope(|scope| {
        let running = scope.spawn(|| post(&api, 1).status());
        has_started.recv().unwrap();
        let queued = scope.spawn(|| post(&api, 2).status());
        pool.wait_for(1);
        let refused = post(&api, 3);
        assert_eq!((refused.status().as_u16(), refused.field("Retry-After")), (503, Some("2")));
        assert!(refused.text().contains("urn:brrtrouter:problem:overloaded"), "{}", refused.text());
        release.send(()).unwrap();
        release.send(()).unwrap();
        assert_eq!((running.join().unwrap().as_u16(), queued.join().unwrap().as_u16()), (200, 200));
    });
}

/// An executor that does not run its jobs.
struct Broken(fn(Job) -> Answer);

impl Executor for Broken {
    fn run(&self, job: Job) -> Answer {
        (self.0)(job)
    }
}

#[test]
fn a_job_that_fails_is_a_500_that_tells_nothing() {
    let failing = |cx: &Context<'_>| match cx.path::<u32>("id")? {
        1 => panic!("the secret is 42"),
        2 => Err(Problem::internal(&std::io::Error::other("the secret is 42"))),
        // No text: the job does not stop it, and the thread ends.
        3 => std::panic::panic_any(42_u8),
        _ => Ok(Response::json(&"done")),
    };
    let broken = |run: fn(Job) -> Answer| work(Broken(run), failing);
    let cases = [
        (work(Pool::new(1), failing), &[1, 2, 3][..]),
        (work(InPlace, failing), &[1, 2]),
        (broken(|_| Err(ExecutorError::Lost.into())), &[4]),
        (broken(|_| panic!("the secret is 42")), &[4]),
    ];
    for (number, (api, ids)) in cases.iter().enumerate() {
        for id in *ids {
            let response = post(api, *id);
            assert_eq!(response.status(), 500, "{number} {id}");
            assert!(!response.text().contains("secret"), "{number} {id}: {}", response.text());
            assert!(response.text().contains("problem:internal"), "{number} {id}: {}", response.text());
        }
    }
    let (api, _) = &cases[1];
    assert_eq!(post(api, 4).status(), 200);
}

/// A clock that a test moves by hand, in seconds.
#[derive(Clone)]
struct Hands(Instant, Arc<AtomicU64>);

impl Hands {
    fn new() -> Self {
        Self(Instant::now(), Arc::default())
    }

    fn forward(&self, seconds: u64) {
        self.1.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl brrtrouter::Clock for Hands {
    fn now(&self) -> Instant {
        self.0 + Duration::from_secs(self.1.load(Ordering::SeqCst))
    }
}

/// An API whose requests may take a minute by this clock.
fn timed(clock: &Hands, executor: impl Executor + 'static, handlers: Handlers) -> Api {
    build(WORK, |builder| {
        let request_time_max = Some(Duration::from_secs(60));
        let options = ApiOptions { request_time_max, ..ApiOptions::default() };
        builder.options(options).clock(clock.clone()).executor(executor).handlers(handlers)
    })
    .unwrap()
}

#[test]
fn a_result_after_the_deadline_is_dropped() {
    // Seconds that the handler takes; whether its result is sent.
    for (seconds, status) in [(0, 200), (59, 200), (60, 504), (61, 504)] {
        let clock = Hands::new();
        let hands = clock.clone();
        let handlers = Handlers::new().on_pool("work", move |cx| {
            assert!(!cx.is_cancelled());
            hands.forward(seconds);
            assert_eq!(cx.is_cancelled(), seconds >= 60);
            Ok(Response::json(&"late or not"))
        });
        let response = post(&timed(&clock, InPlace, handlers), 1);
        assert_eq!(response.status(), status, "{seconds}");
        assert_eq!(response.text().contains("problem:deadline-exceeded"), status == 504, "{seconds}");
    }
}

/// Keeps its jobs so long before it runs them.
struct Slow(Hands, u64);

impl Executor for Slow {
    fn run(&self, job: Job) -> Answer {
        assert_eq!(job.time_left(), Some(Duration::from_secs(60)));
        self.0.forward(self.1);
        assert_eq!(job.time_left(), Some(Duration::from_secs(60_u64.saturating_sub(self.1))));
        job.run()
    }
}

#[test]
fn a_job_that_waited_too_long_does_not_start() {
    for (seconds, expected) in [(59, (200, true)), (60, (504, false)), (100, (504, false))] {
        let clock = Hands::new();
        let ran = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&ran);
        let handlers = Handlers::new().on_pool("work", move |_| {
            mark.store(true, Ordering::SeqCst);
            Ok(Response::json(&"done"))
        });
        let status = post(&timed(&clock, Slow(clock.clone(), seconds), handlers), 1).status().as_u16();
        assert_eq!((status, ran.load(Ordering::SeqCst)), expected, "{seconds}");
    }
}

#[test]
fn nobody_waits_for_a_job_beyond_its_deadline() {
    let (release, released) = mpsc::channel::<()>();
    let gate = Mutex::new(released);
    let handlers = Handlers::new().on_pool("work", move |_| {
        gate.lock().unwrap().recv().unwrap();
        Ok(Response::json(&"too late"))
    });
    let api = build(WORK, |builder| {
        let request_time_max = Some(Duration::from_millis(20));
        let options = ApiOptions { request_time_max, ..ApiOptions::default() };
        builder.options(options).executor(Pool::new(1)).handlers(handlers)
    });
    let api = api.unwrap();
    // The handler ends only after its caller has its answer.
    assert_eq!(post(&api, 1).status(), 504);
    release.send(()).unwrap();
}

#[test]
fn the_registry_is_checked_with_both_kinds_of_handlers() {
    let answer = |_: &Context<'_>| Ok(Response::json(&"done"));
    let faults = |handlers: Handlers| build(WORK, |builder| builder.handlers(handlers)).err();
    let unknown = faults(Handlers::new().on_pool("work", answer).on_pool("works", answer)).unwrap();
    assert!(unknown.contains("`works`") && unknown.contains("did you mean `work`"), "{unknown}");
    let cases = [
        Handlers::new().on("work", answer).on_pool("work", answer),
        Handlers::new().on_pool("work", answer).on("work", answer),
        Handlers::new().on_pool("work", answer).on_pool("work", answer),
    ];
    for handlers in cases {
        let twice = faults(handlers).unwrap();
        assert!(twice.contains("PTH-022") && twice.contains("two handlers"), "{twice}");
        assert!(twice.contains("inline or on the pool"), "{twice}");
    }
    let fallback = Handlers::new().on_pool("work", answer).otherwise(Otherwise::Handler(echo()));
    assert_eq!(fallback.names().collect::<Vec<_>>(), ["work"]);
    assert_eq!(faults(fallback), None);
}

#[test]
fn a_stream_stays_with_its_connection() {
    let answer = |_: &Context<'_>| Ok(Response::json(&"done"));
    // Media type, whether its content would be a stream.
    let cases = [
        ("image/png: {}", true),
        ("'*/*': {}", true),
        ("application/*: {}", true),
        ("application/octet-stream: {}", true),
        ("image/png: { schema: {} }", false),
        ("application/problem+json: {}", false),
        ("text/*: {}", false),
        ("multipart/form-data: {}", false),
        ("application/x-www-form-urlencoded: {}", false),
    ];
    for (media_type, is_stream) in cases {
        let text = WORK.replace("image/png: { schema: {} }", media_type);
        let built = |handlers: Handlers| build(&text, |builder| builder.handlers(handlers)).map(|_| ());
        assert_eq!(built(Handlers::new().on("work", answer)), Ok(()), "{media_type}");
        let pooled = built(Handlers::new().on_pool("work", answer));
        assert_eq!(pooled.is_err(), is_stream, "{media_type}: {pooled:?}");
        if let Err(faults) = pooled {
            for part in ["BOD-008", "`work` runs on the pool", "work.yaml:17:", "`Handlers::on`"] {
                assert!(faults.contains(part), "{media_type}: {faults}");
            }
        }
    }
}
