//! One user: its rounds through the operations, its cookies, and one request after another.
//!
//! A round takes every operation once, in an order that differs by round and user but makes things before it reads them and takes them away
//! last. The same seed gives the same orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use conformance::generate::Random;

use super::arrivals::Arrivals;
use super::bind::{Binding, Concrete};
use super::judge::{self, Credentials, Verdict};
use super::learn::{self, Heard};
use super::ledger::Ledger;
use super::options::{Traffic, Validate};
use super::probe;
use super::tally::Sample;
use super::work::{Job, Work};

/// How long a user waits at most before it looks whether the run is over.
const NAP: Duration = Duration::from_millis(100);
/// Answers of each operation that are always looked into, and after those one in so many.
const SAMPLED_FIRST: usize = 20;
const SAMPLED_EVERY: usize = 50;

/// What all users share.
#[derive(Debug)]
pub struct Run {
    pub work: Work,
    pub traffic: Traffic,
    pub users: usize,
    pub client: reqwest::Client,
    pub ledger: Ledger,
    pub arrivals: Option<Arrivals>,
    /// Operations that are asked once and have been.
    pub done: Vec<AtomicBool>,
    /// Answers by operation.
    pub asked: Vec<AtomicUsize>,
    pub begun: AtomicUsize,
}

/// What users tell.
#[derive(Debug)]
pub enum Told {
    Sample(Sample),
    /// Every user has begun.
    AllBegun,
}

/// A user's own state.
#[derive(Clone)]
pub struct Visit {
    run: Arc<Run>,
    tell: Sender<Told>,
    random: Random,
    cookies: Vec<(String, String)>,
    order: Vec<usize>,
    due: Option<Instant>,
}

impl Visit {
    pub fn new(run: &Arc<Run>, tell: &Sender<Told>, user: usize) -> Self {
        let random = Random::new(run.traffic.seed, &format!("user {user}"));
        if run.begun.fetch_add(1, Ordering::Relaxed).saturating_add(1) == run.users {
            // Whoever listened has gone where this is not heard.
            tell.send(Told::AllBegun).unwrap_or_default();
        }
        let (run, tell) = (Arc::clone(run), tell.clone());
        Self { run, tell, random, cookies: Vec::new(), order: Vec::new(), due: None }
    }

    /// Sends one request, or waits a while for its moment.
    pub async fn step(&mut self) {
        let Some(due) = self.moment().await else { return };
        let run = Arc::clone(&self.run);
        let Some(at) = self.next() else {
            tokio::time::sleep(NAP).await;
            return;
        };
        let Some(job) = run.work.jobs.get(at) else { return };
        let number = self.random.draw();
        let number = usize::try_from(number >> 32).unwrap_or(0);
        let request = job.requests.get(number.checked_rem(job.requests.len()).unwrap_or(0));
        let Some(request) = request else { return };
        let binding = Binding {
            work: &run.work,
            job,
            ledger: &run.ledger,
            common: &run.traffic.header,
            cookies: &self.cookies,
            random: number,
        };
        let concrete = binding.concrete(request);
        let sent = Instant::now();
        let outcome = self.send(at, job, &concrete).await;
        if let Some(kind) = job.makes {
            run.ledger.settle(kind);
        }
        let (status, judged) = outcome;
        let (verdict, failure) = match judged {
            Ok(verdict) => (verdict, None),
            Err(reason) => (Verdict::Failed, Some((reason, concrete.curl(job, &run.traffic.header)))),
        };
        let (latency, service) = (due.unwrap_or(sent).elapsed(), sent.elapsed());
        let sample = Sample { job: at, status, verdict, latency, service, failure };
        self.tell.send(Told::Sample(sample)).unwrap_or_default();
    }

    /// The moment at which the next request is to begin, once it has come; none yet where it has not.
    async fn moment(&mut self) -> Option<Option<Instant>> {
        let Some(arrivals) = &self.run.arrivals else { return Some(None) };
        let due = *self.due.get_or_insert_with(|| arrivals.take());
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait.min(NAP)).await;
        }
        if wait > NAP {
            return None;
        }
        self.due = None;
        Some(Some(due))
    }

    /// The next operation of this round; none where nothing may be made at the moment and nothing else is left.
    fn next(&mut self) -> Option<usize> {
        for _ in 0..=self.run.work.jobs.len() {
            if self.order.is_empty() {
                self.order = self.round();
            }
            let at = self.order.pop()?;
            let job = self.run.work.jobs.get(at)?;
            let again = |done: &AtomicBool| done.swap(true, Ordering::Relaxed);
            if job.once && self.run.done.get(at).is_some_and(again) {
                continue;
            }
            if job.makes.is_none_or(|kind| self.run.ledger.reserve(kind)) {
                return Some(at);
            }
        }
        None
    }

    /// An order of all operations, its last first.
    fn round(&mut self) -> Vec<usize> {
        let jobs = &self.run.work.jobs;
        let mut order: Vec<(u8, u64, usize)> =
            jobs.iter().enumerate().map(|(at, job)| (job.rank(), self.random.draw(), at)).collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        order.into_iter().map(|(_, _, at)| at).collect()
    }

    async fn send(
        &mut self,
        at: usize,
        job: &Job,
        concrete: &Concrete,
    ) -> (Option<u16>, Result<Verdict, String>) {
        let mut request = self.run.client.request(job.method.clone(), &concrete.url);
        for (name, value) in &concrete.headers {
            request = request.header(name, value);
        }
        if let Some(content) = &concrete.content {
            request = request.body(content.clone());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                learn::lost(&self.run.ledger, concrete);
                return (None, Err(transport(&error)));
            }
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let content = match response.bytes().await {
            Ok(content) => content,
            Err(error) => {
                learn::lost(&self.run.ledger, concrete);
                return (Some(status), Err(transport(&error)));
            }
        };
        for field in headers.get_all("set-cookie").iter().filter_map(|field| field.to_str().ok()) {
            learn::cookie(&mut self.cookies, field);
        }
        let field = |name: &str| headers.get(name).and_then(|field| field.to_str().ok());
        let heard = Heard { status, location: field("location"), etag: field("etag"), content: &content };
        learn::learn(&self.run.work, &self.run.ledger, job, concrete, &heard);
        let credentials = match (job.carried.given, job.secured()) {
            (true, _) => Credentials::Given,
            (false, true) => Credentials::Earned,
            (false, false) => Credentials::None,
        };
        let verdict = judge::status(job.answers.as_ref(), status, credentials);
        let looked_into = verdict.is_ok() && self.looks_into(at);
        let fault = job.answers.as_ref().filter(|_| looked_into).and_then(|answers| {
            // HEAD has no content, whatever the fields say.
            answers.fault(status, field, &content)
        });
        (Some(status), fault.map_or(verdict, Err))
    }

    fn looks_into(&self, at: usize) -> bool {
        let count = self.run.asked.get(at).map_or(0, |count| count.fetch_add(1, Ordering::Relaxed));
        match self.run.traffic.validate {
            Validate::All => true,
            Validate::None => false,
            Validate::Sample => count < SAMPLED_FIRST || count.is_multiple_of(SAMPLED_EVERY),
        }
    }
}

/// What went wrong on the way.
fn transport(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    format!("no whole answer: {}", probe::cause(error))
}
