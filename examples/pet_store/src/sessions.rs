//! Logging in by a form: a session in a cookie.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::Duration;

use brrtrouter::{
    Context, Cookie, Handlers, Principal, Problem, Response, SameSite, StatusCode, secrets_are_equal,
};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::config::Customer;
use crate::store::{Shared, Shop, with};

/// The oldest sessions end when there are more.
const SESSIONS_MAX: usize = 100;
const SESSION_SECONDS: u64 = 3600;

/// Who is logged in.
#[derive(Default)]
pub struct Sessions {
    /// Its keys are random and secret, and so are hashes under them; good enough for a demonstration, and no more.
    random: RandomState,
    begun: u64,
    open: VecDeque<(String, String)>,
}

impl Sessions {
    /// Whose session it is.
    pub fn user(&self, token: &str) -> Option<&str> {
        let same = |own: &str| secrets_are_equal(own.as_bytes(), token.as_bytes());
        self.open.iter().find(|(own, _)| same(own)).map(|(_, user)| user.as_str())
    }

    fn begin(&mut self, user: &str) -> String {
        self.begun += 1;
        let (one, two) = (self.random.hash_one((self.begun, 0)), self.random.hash_one((self.begun, 1)));
        let token = format!("{one:016x}{two:016x}");
        self.open.push_back((token.clone(), user.to_owned()));
        if self.open.len() > SESSIONS_MAX {
            self.open.pop_front();
        }
        token
    }

    fn end(&mut self, user: &str) {
        self.open.retain(|(_, own)| own != user);
    }
}

pub fn handlers(handlers: Handlers, config: &Config, store: &Shared) -> Handlers {
    let customers = config.customers.clone();
    handlers
        .on("logIn", with(store, move |cx, shop| log_in(cx, shop, &customers)))
        .on("getSession", |cx| Ok(Response::json(&Session { user: user(cx)? })))
        .on("logOut", with(store, log_out))
}

#[derive(Deserialize)]
struct Login<'r> {
    user: &'r str,
    password: &'r str,
}

#[derive(Serialize)]
struct Session<'s> {
    user: &'s str,
}

fn log_in(cx: &Context<'_>, shop: &mut Shop, customers: &[Customer]) -> Result<Response, Problem> {
    let Login { user, password } = cx.body()?;
    let mut known = false;
    for customer in customers {
        let named = secrets_are_equal(customer.user.as_bytes(), user.as_bytes());
        known |= secrets_are_equal(customer.password.as_bytes(), password.as_bytes()) & named;
    }
    if !known {
        return Err(Problem::new(StatusCode::UNAUTHORIZED).with_detail("user or password is not known"));
    }
    let cookie = Cookie::new("session", shop.sessions.begin(user))
        .with_path("/")
        .with_max_age(Duration::from_secs(SESSION_SECONDS))
        .with_same_site(SameSite::Strict)
        .http_only();
    Ok(Response::json(&Session { user }).with_cookie(&cookie))
}

/// Security has let somebody in before this is asked.
fn user<'r>(cx: &Context<'r>) -> Result<&'r str, Problem> {
    let principal = cx.security().principal().map(Principal::name);
    principal.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED))
}

fn log_out(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    shop.sessions.end(user(cx)?);
    Ok(Response::no_content().with_cookie(&Cookie::removal("session").with_path("/")))
}
