//! The token endpoint. It knows which token it issued to whom, and when that ends.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};

use super::plan::{SECOND_MS, ServerFault, fault_at};
use super::rotation::{self, Delivery, Families, Presented, Sender};
use super::scheduler::Request;
use super::world::{Isolate, START_MS, World};

/// A token, found by its number: the access token is `t` and the number.
#[derive(Clone, Copy)]
pub struct Issued {
    pub identity: usize,
    pub location: usize,
    pub at_ms: u64,
    pub until_ms: u64,
}

#[derive(Default)]
pub struct Server {
    pub issued: RefCell<Vec<Issued>>,
    pub requests: Cell<u64>,
    pub families: Families,
}

impl Server {
    pub async fn answer(
        &self,
        world: &Rc<World>,
        isolate: &Rc<Isolate>,
        request: &Rc<Request>,
        message: &HttpRequest,
    ) -> Result<HttpResponse, TransportError> {
        let plan = &world.plan.server;
        self.requests.set(self.requests.get() + 1);
        world
            .ledger
            .timeline
            .note(world.now_ms() - START_MS, |minute| minute.asked += 1);
        let is_slow = world.rng.chance(plan.slow);
        let latency_ms = world.rng.between(if is_slow {
            plan.slow_ms
        } else {
            plan.latency_ms
        });
        if latency_ms > u64::from(world.plan.timeout_ms) / 2 {
            // Perhaps nobody waits for the answer any more.
            world.accident(isolate);
        }
        let sender = Sender::new(isolate, request, world.now_ms());
        world.scheduler.sleep(request, latency_ms / 2).await;
        let fault = fault_at(&plan.windows, world.now_ms() - START_MS).or_else(|| {
            let fails = world.rng.chance(plan.failing);
            fails.then_some(ServerFault::Status(500))
        });
        let (result, delivery) = match fault {
            Some(fault) => {
                world.accident(isolate);
                let result = answer_badly(fault, world.now_ms()).await;
                (result, Delivery::none())
            }
            None if world.plan.rotating => {
                let (response, delivery) = self.renew(world, isolate, sender, message);
                (Ok(response), delivery)
            }
            None => {
                let identity = parameter(message, "audience").parse();
                let identity = identity.expect("a number");
                (
                    Ok(self.grant(world, isolate, identity, "")),
                    Delivery::none(),
                )
            }
        };
        world
            .scheduler
            .sleep(request, latency_ms - latency_ms / 2)
            .await;
        delivery.delivered();
        result
    }

    pub fn find(&self, access_token: &str) -> Option<Issued> {
        let number: usize = access_token.strip_prefix('t')?.parse().ok()?;
        self.issued.borrow().get(number).copied()
    }

    /// Spends the refresh token, if it is the current one.
    fn renew(
        &self,
        world: &World,
        isolate: &Isolate,
        sender: Sender,
        message: &HttpRequest,
    ) -> (HttpResponse, Delivery) {
        let now_ms = world.now_ms();
        let name = parameter(message, "refresh_token");
        let (identity, number) = rotation::parse(&name).expect("a refresh token");
        match self
            .families
            .present(identity, number, sender, &world.plan, now_ms)
        {
            Presented::Good(next, delivery) => {
                let next = format!(r#","refresh_token":"{next}""#);
                (self.grant(world, isolate, identity, &next), delivery)
            }
            Presented::Spent { is_fault } => {
                if is_fault {
                    let what = format!("{name} was spent twice");
                    world.ledger.violated(now_ms, what);
                }
                let response = response(400, r#"{"error":"invalid_grant"}"#, &[]);
                (response, Delivery::none())
            }
        }
    }

    /// `more` are further members of the answer.
    fn grant(&self, world: &World, isolate: &Isolate, identity: usize, more: &str) -> HttpResponse {
        let plan = &world.plan.server;
        let now_ms = world.now_ms();
        let life_seconds = world.rng.between(plan.life_seconds);
        let number = self.issued.borrow().len();
        self.issued.borrow_mut().push(Issued {
            identity,
            location: isolate.location,
            at_ms: now_ms,
            until_ms: now_ms + life_seconds * SECOND_MS,
        });
        world.granted(isolate, identity);
        let end = if plan.says_when {
            let clock_ms = now_ms.saturating_add_signed(plan.clock_offset_ms);
            format!(r#""expires_at":{}"#, clock_ms / SECOND_MS + life_seconds)
        } else {
            format!(r#""expires_in":{life_seconds}"#)
        };
        response(
            200,
            &format!(r#"{{"access_token":"t{number}",{end}{more}}}"#),
            &[],
        )
    }
}

async fn answer_badly(fault: ServerFault, now_ms: u64) -> Result<HttpResponse, TransportError> {
    match fault {
        ServerFault::Unreachable => {
            Err(TransportError::Connection("connection refused".to_owned()))
        }
        ServerFault::Silent => pending().await,
        ServerFault::Status(status) => Ok(response(status, "", &[])),
        ServerFault::Revoked => Ok(response(400, r#"{"error":"invalid_grant"}"#, &[])),
        ServerFault::Rejecting => Ok(response(401, r#"{"error":"invalid_client"}"#, &[])),
        ServerFault::RateLimited { seconds, as_date } => {
            let wish = if as_date {
                http_date(now_ms / SECOND_MS + seconds)
            } else {
                seconds.to_string()
            };
            Ok(response(429, "", &[("retry-after", &wish)]))
        }
    }
}

fn parameter(message: &HttpRequest, name: &str) -> String {
    let body = String::from_utf8_lossy(&message.body);
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.find_map(|(key, value)| (key == name).then(|| value.to_owned()));
    value.expect("a parameter")
}

fn response(status: u16, body: &str, headers: &[(&str, &str)]) -> HttpResponse {
    HttpResponse {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

/// The day on which the worlds begin at eight o'clock; those with a rate limit are over before it is.
fn http_date(seconds: u64) -> String {
    let second = seconds % 86_400;
    format!(
        "Fri, 15 Jan 2027 {:02}:{:02}:{:02} GMT",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}
