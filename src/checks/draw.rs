//! Values drawn from proptest strategies: seeded per check and operation, so that one check can be replayed alone and
//! adding another does not shift it.

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::study::Study;

/// A runner whose random numbers depend on the run's seed and on `salt` only, never on the environment.
pub(super) fn runner(study: &Study, salt: &str) -> TestRunner {
    let mut bytes = [0_u8; 32];
    for (index, chunk) in bytes.chunks_mut(8).enumerate() {
        let text = format!("{} {} {salt} {index}", study.means.seed, study.contract.name);
        chunk.copy_from_slice(&xxhash_rust::xxh3::xxh3_64(text.as_bytes()).to_le_bytes());
    }
    let config = Config { failure_persistence: None, cases: 1, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Draws `count` values.
pub(super) fn draw<S: Strategy>(study: &Study, salt: &str, strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = runner(study, salt);
    (0..count).filter_map(|_| strategy.new_tree(&mut runner).ok()).map(|tree| tree.current()).collect()
}
