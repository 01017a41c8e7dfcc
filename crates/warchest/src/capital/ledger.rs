//! Double entry in whole dollars: every flow has two ends and a kind.
//!
//! Whole dollars held in an `f64` add and subtract exactly below 9·10^15, so what leaves one
//! account is what reaches the other, and every identity holds with `==`.

use crate::numerics::lanes::{Lines, Rows, each};

/// A whole number of dollars nearest to `usd`, for |usd| < 2^51.
#[inline(always)]
pub fn whole(usd: f64) -> f64 {
    // Adding 1.5·2^52 leaves no room for a fraction.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    (usd + ROUND) - ROUND
}

/// Parties outside the firms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Outside {
    /// Final customers.
    Customers = 0,
    /// Distribution partners and applications.
    Applications = 1,
    /// Clouds that rent compute.
    Clouds = 2,
    /// Chip makers.
    Chips = 3,
    /// Energy and government.
    Energy = 4,
    /// Staff and other suppliers.
    Staff = 5,
    /// Equity investors and parents.
    Investors = 6,
    /// Lenders.
    Lenders = 7,
    /// The rest of a firm's business.
    Elsewhere = 8,
}

/// Number of [`Outside`] parties.
pub const OUTSIDE: usize = 9;

/// What a flow is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Kind {
    /// Final customers pay for use.
    Sales = 0,
    /// Advertisers pay for attention of free users.
    Advertising = 1,
    /// The partner's share of revenue.
    Distribution = 2,
    /// Rented compute that serves paying users.
    Compute = 3,
    /// Rented compute that serves free users: a marketing cost.
    FreeServing = 4,
    /// Energy and operations of owned compute.
    Energy = 5,
    /// Staff and other operating expense.
    Opex = 6,
    /// Research and training.
    Research = 7,
    /// Chips bought for own capacity.
    Capex = 8,
    /// Interest on debt.
    Interest = 9,
    /// New debt.
    Debt = 10,
    /// New equity.
    Equity = 11,
    /// A parent's refill.
    Parent = 12,
    /// Price of a bought firm.
    Acquisition = 13,
    /// Take-or-pay due beyond use.
    Shortfall = 14,
    /// Exogenous net cash.
    Other = 15,
    /// Clouds buy chips.
    CloudCapex = 16,
    /// Clouds pay energy and operations.
    CloudEnergy = 17,
}

/// Number of [`Kind`]s.
pub const KINDS: usize = 18;

/// One posted flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<const L: usize> {
    /// Account that pays.
    pub from: usize,
    /// Account that receives.
    pub to: usize,
    /// What for.
    pub kind: Kind,
    /// Whole USD.
    pub amount: [f64; L],
    /// Payer has a stake in the receiver or the reverse.
    pub related: bool,
}

/// How much of the books is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Books {
    /// The balances of the firms: enough to see who runs out of cash.
    Cash,
    /// And what each firm's business brings in a quarter, which reaches its balance as one sum.
    Flows,
    /// All balances and the totals by kind.
    Whole,
    /// And the entries of the quarter, for the audit.
    Journal,
}

/// Balances of the firms (accounts `0..firms`) and of the [`Outside`] parties after them, for
/// `L` paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger<const L: usize> {
    firms: usize,
    books: Books,
    balance: Rows<L>,
    by_kind: Lines<[[f64; L]; KINDS]>,
    related: [f64; L],
    journal: Option<Vec<Entry<L>>>,
}

impl<const L: usize> Ledger<L> {
    /// An empty ledger.
    pub fn new(firms: usize, books: Books) -> Ledger<L> {
        Ledger {
            firms,
            books,
            balance: Rows::zeros(firms + OUTSIDE),
            by_kind: Lines([[0.0; L]; KINDS]),
            related: [0.0; L],
            journal: (books >= Books::Journal).then(Vec::new),
        }
    }

    /// Clears all balances and opens the firms' accounts with `cash(firm)`, whole USD.
    pub fn open(&mut self, cash: impl Fn(usize) -> [f64; L]) {
        for (account, balance) in self.balance.iter_mut().enumerate() {
            *balance = if account < self.firms { cash(account) } else { [0.0; L] };
        }
        self.new_quarter();
    }

    /// Starts the quarter's totals anew.
    #[inline(always)]
    pub fn new_quarter(&mut self) {
        if self.is_whole() {
            self.by_kind.fill([0.0; L]);
            self.related = [0.0; L];
        }
        if let Some(journal) = &mut self.journal {
            journal.clear();
        }
    }

    /// Account of an outside party.
    #[inline(always)]
    pub fn outside(&self, party: Outside) -> usize {
        self.firms + party as usize
    }

    /// Moves whole dollars from one account to another. A negative amount moves back.
    #[inline(always)]
    pub fn post(&mut self, kind: Kind, from: usize, to: usize, amount: &[f64; L]) {
        if self.is_whole() || from < self.firms {
            let balance = &mut self.balance[from];
            *balance = each(|l| balance[l] - amount[l]);
        }
        if self.is_whole() || to < self.firms {
            let balance = &mut self.balance[to];
            *balance = each(|l| balance[l] + amount[l]);
        }
        if !self.is_whole() {
            return;
        }
        let total = &mut self.by_kind[kind as usize];
        *total = each(|l| total[l] + amount[l]);
        if let Some(journal) = &mut self.journal {
            journal.push(Entry { from, to, kind, amount: *amount, related: false });
        }
    }

    /// Posts a flow of a firm's business, which has been added to its [`net`](Self::net); below
    /// [`Books::Whole`] there is nothing more to do.
    #[inline(always)]
    pub fn flow(&mut self, kind: Kind, from: usize, to: usize, amount: &[f64; L]) {
        if self.is_whole() {
            self.post(kind, from, to, amount);
        }
    }

    /// Where the flows of a firm's business add up: in `levered`, its row for them, or with
    /// [`Books::Cash`] in the balance itself.
    #[inline(always)]
    pub fn net<'a>(&'a mut self, firm: usize, levered: &'a mut [f64; L]) -> &'a mut [f64; L] {
        if self.books == Books::Cash { &mut self.balance[firm] } else { levered }
    }

    /// Brings the flows that added up in `levered` to the balance, where nothing else does.
    #[inline(always)]
    pub fn settle(&mut self, firm: usize, levered: &[f64; L]) {
        if self.books == Books::Flows {
            let balance = &mut self.balance[firm];
            *balance = each(|l| balance[l] + levered[l]);
        }
    }

    /// Are all balances kept, and totals by kind?
    #[inline(always)]
    pub fn is_whole(&self) -> bool {
        self.books >= Books::Whole
    }

    /// Tags part of the flows between `from` and `to` as between related parties.
    #[inline(always)]
    pub fn tag_related(&mut self, amount: &[f64; L]) {
        for l in 0..L {
            self.related[l] += amount[l];
        }
        if let Some(last) = self.journal.as_mut().and_then(|all| all.last_mut()) {
            last.related = true;
        }
    }

    /// Balance of a firm, USD.
    #[inline(always)]
    pub fn cash(&self, firm: usize) -> &[f64; L] {
        &self.balance[firm]
    }

    /// All balances, firms first; those of outside parties stay 0 below [`Books::Whole`].
    pub fn balances(&self) -> &[[f64; L]] {
        &self.balance
    }

    /// This quarter's total of a kind, USD; 0 below [`Books::Whole`].
    #[inline(always)]
    pub fn total(&self, kind: Kind) -> &[f64; L] {
        &self.by_kind[kind as usize]
    }

    /// This quarter's flows between related parties, USD.
    pub fn related(&self) -> &[f64; L] {
        &self.related
    }

    /// This quarter's entries; empty without a journal.
    pub fn journal(&self) -> &[Entry<L>] {
        self.journal.as_deref().unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One number on the first lane, another on all others.
    fn two(first: f64, others: f64) -> [f64; 8] {
        let mut row = [others; 8];
        row[0] = first;
        row
    }

    #[test]
    fn what_leaves_one_account_reaches_the_other() {
        let mut ledger = Ledger::<8>::new(2, Books::Journal);
        ledger.open(|firm| two(100.0 + firm as f64, 7.0));
        let customers = ledger.outside(Outside::Customers);
        ledger.post(Kind::Sales, customers, 0, &two(whole(12.4), whole(0.5)));
        assert_eq!(ledger.cash(0), &two(112.0, 7.0));
        assert_eq!(ledger.balances()[customers], two(-12.0, -0.0));
        let sum: f64 = ledger.balances().iter().map(|b| b[0]).sum();
        assert_eq!(sum, 201.0);
        assert_eq!(ledger.journal().len(), 1);
    }

    #[test]
    fn whole_dollars_round_to_nearest_even() {
        for (usd, want) in [(0.5, 0.0), (1.5, 2.0), (-2.4, -2.0), (1e15 + 0.25, 1e15)] {
            assert_eq!(whole(usd), want);
        }
    }
}
