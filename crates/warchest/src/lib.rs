//! `warchest`: a market in which costs fall along technology curves, buyers choose, firms set
//! prices, cash burns and some firms die, made executable.
//!
//! # How one run flows
//!
//! A text becomes a [`world::World`] ([`scenario`]); the world and a [`simulate::outcome::Request`]
//! become blocks of paths ([`simulate::ensemble`], whose quarter is `simulate/step.rs`); blocks
//! become a tally that merges exactly; a tally becomes a [`answers::Summary`] with standard
//! errors. Nothing here prints, reads a file, asks the clock or draws an unseeded number.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::ops::ControlFlow;
//! use warchest::answers::{Inputs, Joint, RunCard, summarise};
//! use warchest::numerics::lanes::Isa;
//! use warchest::simulate::ensemble;
//! use warchest::simulate::outcome::{Detail, Request, Tally};
//!
//! // One firm with a volatile cash flow: does its cash last five years?
//! let text = include_str!("../../../scenarios/runway.toml");
//! let files = BTreeMap::from([("runway.toml".to_string(), text.as_bytes().to_vec())]);
//! let world = warchest::scenario::load("runway.toml", &files).expect("it passes every check");
//!
//! let request = Request { seed: 1, detail: Detail::Rows, audit: true, free_funding: false };
//! let (paths, mut tally, mut joint) = (4_000, Tally::default(), Joint::default());
//! let blocks = 0..ensemble::blocks_of(paths);
//! ensemble::run(&world, &request, blocks, paths, Isa::best(), &mut |block| {
//!     joint.add(&block);
//!     tally.add(&block);
//!     ControlFlow::Continue(())
//! })
//! .expect("the clock has quarters");
//!
//! let card = RunCard::default();
//! let (shadow, stresses) = (None, &[][..]);
//! let inputs = Inputs { world: &world, tally: &tally, joint: &joint, shadow, stresses, card: &card };
//! let survival = summarise(&inputs).firms[0].survival;
//! // A Brownian runway of these numbers, looked at once a quarter, is ruined with probability 0.183.
//! assert!((survival.value - 0.817).abs() < 4.0 * survival.se);
//! assert_eq!(tally.identity_failures, 0);
//! ```
//!
//! # Where to look
//!
//! | question | module |
//! |---|---|
//! | what does a scenario say, and what is wrong with it | [`scenario`] |
//! | what happens in a quarter | [`simulate`], `docs/model.md` |
//! | which prices are a Nash equilibrium | [`pricing`], kernels in [`demand`] |
//! | how does a cost fall, and how sure is that | [`curves`] |
//! | what does a run say | [`answers`] |
//! | what is a valuation worth, how large should a bet be | [`portfolio`] |
//! | does a statement about data hold | [`claims`] |

pub mod answers;
pub mod capital;
pub mod claims;
pub mod curves;
pub mod demand;
pub mod firms;
pub mod numerics;
pub mod portfolio;
pub mod pricing;
pub mod rng;
pub mod scenario;
pub mod simulate;
pub mod units;
pub mod world;
