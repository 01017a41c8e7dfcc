//! Numbers that a path may draw.

/// Handle of one number of [`World::params`](super::World::params).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(pub u32);

/// When a distribution is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Once per path: we do not know it.
    Path,
    /// Anew each quarter: it moves.
    Quarter,
}

/// A distribution, in the units its author wrote.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// A known value.
    Fixed(f64),
    /// Normal with mean and standard deviation.
    Normal { mean: f64, sd: f64 },
    /// Logarithm is normal with mean `mu` and standard deviation `sigma`.
    LogNormal { mu: f64, sigma: f64 },
    /// Logit is normal: for shares in (0, 1).
    LogitNormal { mu: f64, sigma: f64 },
    /// Location, scale and degrees of freedom.
    StudentT { loc: f64, scale: f64, df: f64 },
    /// Uniform between two bounds.
    Uniform { low: f64, high: f64 },
    /// Triangular.
    Triangular { low: f64, mode: f64, high: f64 },
    /// Beta stretched to [low, high].
    Beta { a: f64, b: f64, low: f64, high: f64 },
    /// Weights (sum 1) and components.
    Mixture(Vec<(f64, Dist)>),
    /// The log change of a fitted technology curve since the start, by quarter: an index
    /// into [`World::curves`](super::World::curves). A joint path is drawn per path.
    Curve(usize),
}

/// From the author's units to the engine's.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    /// Multiply.
    Scale(f64),
    /// A fractional growth `g` per period becomes `ln(1 + g)` times periods per quarter.
    LogGrowth { periods_per_quarter: f64 },
    /// A factor `x` per period becomes `ln x` times periods per quarter.
    LogFactor { periods_per_quarter: f64 },
    /// A probability `h` per period becomes `1 − (1 − h)^periods_per_quarter`.
    Hazard { periods_per_quarter: f64 },
}

/// One number the engine reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Dotted path in the scenario, e.g. `firm.OpenAI.cash`: the entity name of its draws.
    pub name: String,
    /// Where it comes from.
    pub dist: Dist,
    /// When it is drawn.
    pub per: Per,
    /// Conversion to the engine's units.
    pub transform: Transform,
    /// Closed range the drawn, converted value is held to (a share stays below 1, ...).
    pub bounds: (f64, f64),
}

/// Gaussian copula between per-path parameters: a correlation matrix by rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// The parameters, in the order of the matrix.
    pub params: Vec<ParamId>,
    /// Lower Cholesky factor of the correlation matrix, row by row, `n × n`.
    pub cholesky: Vec<f64>,
}
