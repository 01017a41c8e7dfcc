//! Technology curves against the papers, the data that ship, and themselves.

mod laws;
mod null;
mod panels;
mod papers;
mod series;
mod summaries;
mod tables;
