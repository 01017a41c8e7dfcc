//! Units: one way in, checked; one way out; only the products that mean something.
//!
//! Lane arrays inside the engine are plain `f64` (the names carry the unit); at every border a
//! number is one of these types, so that price plus volume does not compile.

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

use thiserror::Error;

/// A number that its unit does not allow.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("{found} is not a valid {unit}: it must lie in [{least}, {most}]")]
pub struct UnitError {
    /// Name of the unit.
    pub unit: &'static str,
    /// Smallest value allowed.
    pub least: f64,
    /// Largest value allowed.
    pub most: f64,
    /// What was given.
    pub found: f64,
}

macro_rules! unit {
    ($(#[$meta:meta])* $name:ident, $unit:literal, $least:expr, $most:expr) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(f64);

        impl $name {
            /// The number, in the unit of the type.
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = UnitError;
            fn try_from(found: f64) -> Result<Self, UnitError> {
                if ($least..=$most).contains(&found) {
                    Ok(Self(found))
                } else {
                    Err(UnitError { unit: $unit, least: $least, most: $most, found })
                }
            }
        }

        impl From<$name> for f64 {
            fn from(value: $name) -> f64 {
                value.0
            }
        }
    };
}

unit! {
    /// Price in US dollars per reference task. Finite and at least zero.
    UsdPerRt, "USD/RT", 0.0, f64::MAX
}
unit! {
    /// Volume in reference tasks. Finite and at least zero.
    Rt, "RT", 0.0, f64::MAX
}
unit! {
    /// A part of a whole, in [0, 1].
    Share, "share", 0.0, 1.0
}
unit! {
    /// A probability, in [0, 1].
    Prob, "probability", 0.0, 1.0
}
unit! {
    /// Fractional growth per year: 0.30 is 30 % a year. Above −1.
    RatePerYear, "rate per year", -1.0, f64::MAX
}

/// An amount of whole US dollars, at most 9·10^15 either way.
///
/// Whole numbers of this size add and subtract exactly in an `f64`, so accounting identities
/// hold with `==`, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Usd(f64);

/// Largest amount that [`Usd`] holds exactly.
pub const USD_MOST: f64 = 9e15;

impl Usd {
    /// Nothing.
    pub const ZERO: Usd = Usd(0.0);

    /// The amount rounded to whole dollars, half to even.
    ///
    /// # Errors
    /// [`UnitError`] when not a number or beyond [`USD_MOST`].
    pub fn rounded(amount: f64) -> Result<Usd, UnitError> {
        let whole = round_usd(amount);
        if whole.abs() <= USD_MOST {
            Ok(Usd(whole))
        } else {
            Err(UnitError { unit: "USD", least: -USD_MOST, most: USD_MOST, found: amount })
        }
    }

    /// The amount in dollars: a whole number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// `amount` rounded to the nearest whole dollar, half to even, for |amount| < 2^51.
///
/// Adding and taking away 1.5·2^52 leaves the rounding to the hardware's default mode and
/// vectorises everywhere.
#[inline(always)]
pub fn round_usd(amount: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    (amount + ROUND) - ROUND
}

impl Add for Usd {
    type Output = Usd;
    fn add(self, other: Usd) -> Usd {
        Usd(self.0 + other.0)
    }
}

impl Sub for Usd {
    type Output = Usd;
    fn sub(self, other: Usd) -> Usd {
        Usd(self.0 - other.0)
    }
}

impl Neg for Usd {
    type Output = Usd;
    fn neg(self) -> Usd {
        Usd(-self.0)
    }
}

impl Mul<Rt> for UsdPerRt {
    type Output = Usd;
    /// Revenue, rounded once to whole dollars.
    fn mul(self, volume: Rt) -> Usd {
        Usd(round_usd(self.0 * volume.0))
    }
}

impl Mul<Share> for Usd {
    type Output = Usd;
    /// A part of an amount, rounded once to whole dollars.
    fn mul(self, part: Share) -> Usd {
        Usd(round_usd(self.0 * part.0))
    }
}

impl fmt::Display for Usd {
    /// Three significant digits with a thousand's letter: `17.5 GUSD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        let (scale, letter) = match size {
            s if s >= 1e12 => (1e12, "T"),
            s if s >= 1e9 => (1e9, "G"),
            s if s >= 1e6 => (1e6, "M"),
            s if s >= 1e3 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let shown = self.0 / scale;
        let digits = match shown.abs() {
            s if s >= 100.0 || scale == 1.0 => 0,
            s if s >= 10.0 => 1,
            _ => 2,
        };
        write!(f, "{shown:.digits$} {letter}USD")
    }
}

/// A quarter of the run, counted from the first simulated one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(pub u32);

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whole dollars add exactly in any order.
        #[test]
        fn dollars_add_exactly(a in -1e15..1e15f64, b in -1e15..1e15f64, c in -1e15..1e15f64) {
            let [a, b, c] = [a, b, c].map(|x| Usd::rounded(x).unwrap());
            prop_assert_eq!((a + b) + c, a + (b + c));
            prop_assert_eq!(a + b - b, a);
        }
    }

    #[test]
    fn rounding_is_half_to_even() {
        for (from, to) in [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, -0.0), (1e15 + 0.5, 1e15)] {
            assert_eq!(round_usd(from), to);
        }
    }

    #[test]
    fn a_unit_refuses_what_it_is_not() {
        assert!(Share::try_from(1.1).is_err());
        assert!(Prob::try_from(f64::NAN).is_err());
        assert!(UsdPerRt::try_from(-1.0).is_err());
        assert!(UsdPerRt::try_from(f64::INFINITY).is_err());
        assert!(Usd::rounded(1e16).is_err());
        assert!(Usd::rounded(f64::NAN).is_err());
    }

    #[test]
    fn only_sensible_products() {
        let revenue = UsdPerRt::try_from(2.5).unwrap() * Rt::try_from(1e9 + 1.0).unwrap();
        assert_eq!(revenue.get(), 2_500_000_002.0);
        assert_eq!(revenue.to_string(), "2.50 GUSD");
    }
}
