//! The instruction-set paths this machine can run, and loops compiled once for each.
//!
//! A lane kernel is an ordinary loop over arrays whose body is branch-free scalar code of
//! [`super::elementary`]; [`multiversion!`](crate::multiversion) compiles it for AVX-512, AVX2 and the portable
//! baseline, and a run carries the [`Isa`] it uses. No path fuses multiply and add, so all
//! give the same bits.

/// An instruction-set path known to run on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Kind {
    Portable,
    Avx2,
    Avx512,
}

impl Isa {
    /// The baseline of the target.
    pub const PORTABLE: Isa = Isa(Kind::Portable);

    /// The widest path this machine can run.
    pub fn best() -> Isa {
        *Self::available().last().unwrap_or(&Self::PORTABLE)
    }

    /// Every path this machine can run, narrowest first.
    pub fn available() -> Vec<Isa> {
        #[allow(unused_mut)]
        let mut found = vec![Self::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx2") {
                found.push(Isa(Kind::Avx2));
            }
            if std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512dq")
                && std::is_x86_feature_detected!("avx512vl")
            {
                found.push(Isa(Kind::Avx512));
            }
        }
        found
    }

    /// `portable`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            Kind::Avx2 => "avx2",
            Kind::Avx512 => "avx512",
        }
    }

    #[doc(hidden)]
    pub fn kind(self) -> Kind {
        self.0
    }
}

/// Computes one number per lane.
///
/// What it computes lands in a row of its own, which no row that is read can overlap: a loop that wrote
/// through a reference would be left lane by lane.
#[inline(always)]
pub fn each<const L: usize>(f: impl Fn(usize) -> f64) -> [f64; L] {
    let mut out = [0.0; L];
    for l in 0..L {
        out[l] = f(l);
    }
    out
}

/// A row of ones.
pub fn ones<const L: usize>() -> &'static [f64; L] {
    const { &Lines([1.0; L]).0 }
}

/// `yes` where `on`, else `no`. Both are read: a loop over lanes that reads one of two rows, as
/// `if` does, would be left lane by lane.
#[inline(always)]
pub fn pick(on: bool, yes: f64, no: f64) -> f64 {
    std::hint::select_unpredictable(on, yes, no)
}

/// `new` where `on`, else `old`, to be written where `old` was read.
///
/// With [`pick`] the compiler would write the lanes that are on and leave the others, which some
/// processors do twenty times as slowly as writing all of them; adding 0 hides that they stay.
#[inline(always)]
pub fn renew(on: bool, new: f64, old: f64) -> f64 {
    pick(on, new, old) + 0.0
}

/// The larger one, to be written where `old` was read; `old` where one is not a number.
#[inline(always)]
pub fn larger(new: f64, old: f64) -> f64 {
    renew(new > old, new, old)
}

/// Numbers whose first one starts a cache line, so that no lane straddles two of them.
#[derive(Debug, Default)]
pub struct Aligned {
    store: Vec<f64>,
    from: usize,
    len: usize,
}

impl Aligned {
    /// Numbers per cache line of 64 bytes.
    const LINE: usize = 8;

    /// So many zeros.
    pub fn zeros(len: usize) -> Self {
        let store = vec![0.0; len + Self::LINE - 1];
        let from = store.as_ptr().align_offset(8 * Self::LINE).min(Self::LINE - 1);
        Self { store, from, len }
    }

    /// So many numbers, whatever they are: room to write to.
    pub fn room(&mut self, len: usize) -> &mut [f64] {
        if self.len < len {
            *self = Self::zeros(len);
        }
        &mut self[..len]
    }
}

impl From<&[f64]> for Aligned {
    fn from(values: &[f64]) -> Self {
        let mut out = Self::zeros(values.len());
        out.copy_from_slice(values);
        out
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        Self::from(&self[..])
    }
}

impl PartialEq for Aligned {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl std::ops::Deref for Aligned {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        &self.store[self.from..self.from + self.len]
    }
}

impl std::ops::DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.store[self.from..self.from + self.len]
    }
}

/// Rows of one number per lane, each of which starts a cache line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows<const L: usize>(Vec<Lines<[f64; L]>>);

/// Something that starts a cache line of 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Lines<T>(pub T);

impl<T> std::ops::Deref for Lines<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Lines<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<const L: usize> Rows<L> {
    /// So many rows of zeros. `L` must fill whole cache lines, which is checked by the compiler.
    pub fn zeros(rows: usize) -> Self {
        const { assert!(size_of::<Lines<[f64; L]>>() == size_of::<[f64; L]>()) };
        Self(vec![Lines([0.0; L]); rows])
    }
}

impl<const L: usize> std::ops::Deref for Rows<L> {
    type Target = [[f64; L]];
    #[inline(always)]
    fn deref(&self) -> &[[f64; L]] {
        // SAFETY: `zeros` has checked that a row and its lines are of one size.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len()) }
    }
}

impl<const L: usize> std::ops::DerefMut for Rows<L> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [[f64; L]] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len()) }
    }
}

/// Defines `fn name(isa, args…)` whose body is compiled once per instruction set.
///
/// Everything the body calls must be `#[inline(always)]` to be compiled along with it. A loop over
/// lanes that writes its `&mut` arguments becomes vectors: no argument can overlap another.
#[macro_export]
#[doc(hidden)]
macro_rules! multiversion {
    ($(#[$meta:meta])* $vis:vis fn $name:ident $(<const $n:ident : usize $(, $r:ident : $bound:path)?>)? ($($arg:ident : $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name $(<const $n: usize $(, $r: $bound)?>)? (isa: $crate::numerics::lanes::Isa, $($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body $(<const $n: usize $(, $r: $bound)?>)? ($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                #[allow(clippy::too_many_arguments)]
                fn avx2 $(<const $n: usize $(, $r: $bound)?>)? ($($arg: $ty),*) $(-> $ret)? {
                    body($($arg),*)
                }
                #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
                #[allow(clippy::too_many_arguments)]
                fn avx512 $(<const $n: usize $(, $r: $bound)?>)? ($($arg: $ty),*) $(-> $ret)? {
                    body($($arg),*)
                }
                match isa.kind() {
                    // SAFETY: an `Isa` of this kind is only made after the feature was detected.
                    $crate::numerics::lanes::Kind::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::numerics::lanes::Kind::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::numerics::lanes::Kind::Portable => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = isa;
            body($($arg),*)
        }
    };
}
