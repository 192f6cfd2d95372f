//! Refresh tokens that are good for one use. What an identity begins with is `r`, its number and `-0`;
//! every answer that spends one brings the next.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::plan::{MINUTE_MS, Plan};
use super::scheduler::Request;
use super::world::Isolate;

/// How long it takes until a user authorizes again.
const ABSENCE_MS: u64 = MINUTE_MS;

/// All refresh tokens of an identity.
#[derive(Default)]
struct Family {
    current: usize,
    last: usize,
    spendings: HashMap<usize, Rc<Spending>>,
    /// A refresh token was spent twice, or lost, and no code can help that.
    is_hurt: bool,
    /// Since when the server has heard no more of the family than a token that is spent.
    lost_at_ms: Option<u64>,
}

/// Who presents a refresh token, from when it is sent.
pub struct Sender {
    isolate: Rc<Isolate>,
    request: Rc<Request>,
    sent_at_ms: u64,
    frozen_ms: u64,
}

/// How a refresh token was spent, and what became of the answer.
pub struct Spending {
    sender: Sender,
    /// What the answer brings.
    next: usize,
    fate: Cell<Fate>,
    /// When the next refresh token was in the store, and whether its sender had been well until then.
    stored: Cell<Option<(u64, bool)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    OnItsWay,
    /// Nobody waited for it any more.
    Dropped,
    Delivered,
}

/// On its way until it is delivered or dropped.
pub struct Delivery(Option<Rc<Spending>>);

pub enum Presented {
    /// The refresh token that comes next, and the watch over the answer that tells it.
    Good(String, Delivery),
    /// It was spent before.
    Spent { is_fault: bool },
}

#[derive(Default)]
pub struct Families(RefCell<HashMap<usize, Family>>);

impl Sender {
    pub fn new(isolate: &Rc<Isolate>, request: &Rc<Request>, now_ms: u64) -> Self {
        Self {
            isolate: Rc::clone(isolate),
            request: Rc::clone(request),
            sent_at_ms: now_ms,
            frozen_ms: isolate.frozen_ms(),
        }
    }

    fn was_frozen(&self) -> bool {
        self.isolate.is_frozen() || self.isolate.frozen_ms() > self.frozen_ms
    }
}

impl Spending {
    /// Whether nobody will ever know the next refresh token.
    fn is_lost(&self) -> bool {
        self.stored.get().is_none()
            && match self.fate.get() {
                Fate::OnItsWay => self.sender.request.is_over(),
                Fate::Dropped => true,
                // The isolate has it in memory, whatever became of the request.
                Fate::Delivered => self.sender.isolate.is_gone(),
            }
    }

    /// Whether the next refresh token came too late, or never, for reasons that lie outside the code.
    fn excuses(&self, sender: &Sender, plan: &Plan) -> bool {
        match self.stored.get() {
            // Who was frozen lost the lease to another, and that one has the time of a request.
            Some((at_ms, was_well)) => {
                !was_well && sender.sent_at_ms < at_ms + u64::from(plan.timeout_ms)
            }
            None => self.sender.request.is_over() || self.is_lost() || self.sender.was_frozen(),
        }
    }
}

impl Delivery {
    pub fn none() -> Self {
        Self(None)
    }

    pub fn delivered(mut self) {
        if let Some(spending) = self.0.take() {
            spending.fate.set(Fate::Delivered);
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(spending) = &self.0 {
            spending.fate.set(Fate::Dropped);
        }
    }
}

impl Families {
    pub fn first(identity: usize) -> String {
        name(identity, 0)
    }

    pub fn present(
        &self,
        identity: usize,
        number: usize,
        sender: Sender,
        plan: &Plan,
        now_ms: u64,
    ) -> Presented {
        let mut families = self.0.borrow_mut();
        let family = families.entry(identity).or_default();
        family.authorize_again(number, now_ms);
        if number == family.current {
            let (next, delivery) = family.spend(sender);
            return Presented::Good(name(identity, next), delivery);
        }
        let spending = family.spendings.get(&number);
        let spending = spending.expect("a refresh token that was issued");
        let is_excused =
            !plan.store_is_well() || sender.was_frozen() || spending.excuses(&sender, plan);
        family.is_hurt |= is_excused;
        Presented::Spent {
            is_fault: !is_excused && plan.store.kind.has_exact_lease(),
        }
    }

    /// The request put something into the store; if it has spent a refresh token, it was the next.
    pub fn stored(&self, request: &Rc<Request>, now_ms: u64) {
        for family in self.0.borrow().values() {
            for spending in family.spendings.values() {
                if Rc::ptr_eq(&spending.sender.request, request) && spending.stored.get().is_none()
                {
                    let was_well = !spending.sender.was_frozen();
                    spending.stored.set(Some((now_ms, was_well)));
                }
            }
        }
    }

    /// Whether an accident may have cost the identity its authorization.
    pub fn is_hurt(&self, identity: usize) -> bool {
        let families = self.0.borrow();
        families.get(&identity).is_some_and(|family| family.is_hurt)
    }
}

impl Family {
    fn spend(&mut self, sender: Sender) -> (usize, Delivery) {
        self.last += 1;
        let spending = Rc::new(Spending {
            sender,
            next: self.last,
            fate: Cell::new(Fate::OnItsWay),
            stored: Cell::new(None),
        });
        self.spendings.insert(self.current, Rc::clone(&spending));
        self.current = self.last;
        self.lost_at_ms = None;
        (self.current, Delivery(Some(spending)))
    }

    /// When the current refresh token is lost, the user comes after a while. So that the world goes
    /// on, what he gets is the one before it, unspent.
    fn authorize_again(&mut self, number: usize, now_ms: u64) {
        let spending = self.spendings.get(&number);
        if !spending.is_some_and(|it| it.next == self.current && it.is_lost()) {
            return;
        }
        let lost_at_ms = *self.lost_at_ms.get_or_insert(now_ms);
        if now_ms - lost_at_ms >= ABSENCE_MS {
            self.spendings.remove(&number);
            self.current = number;
        }
    }
}

fn name(identity: usize, number: usize) -> String {
    format!("r{identity}-{number}")
}

/// The identity and the number of a refresh token.
pub fn parse(refresh_token: &str) -> Option<(usize, usize)> {
    let (identity, number) = refresh_token.strip_prefix('r')?.split_once('-')?;
    Some((identity.parse().ok()?, number.parse().ok()?))
}
