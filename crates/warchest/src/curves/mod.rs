//! curves
