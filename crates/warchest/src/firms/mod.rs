//! firms
