//! Special functions: normal, Student t, gamma, beta, Lambert W.
