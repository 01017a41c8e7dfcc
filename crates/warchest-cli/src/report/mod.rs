//! The report: one page that stands alone, and the charts it is made of.

pub mod svg;
