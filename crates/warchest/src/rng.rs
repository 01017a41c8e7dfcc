//! A draw is a function of (seed, path, quarter, entity, shock).

/// The stream of one (entity, shock) under one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(pub u64);

impl Stream {
    /// Stream of a named shock of a named entity.
    pub fn new(seed: u64, entity: &str, shock: &str) -> Stream {
        // FNV-1a, then a finaliser.
        let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in entity.bytes().chain([0]).chain(shock.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash ^= hash >> 30;
        hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^= hash >> 27;
        hash = hash.wrapping_mul(0x94d0_49bb_1331_11eb);
        Stream(hash ^ (hash >> 31))
    }
}
