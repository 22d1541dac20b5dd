//! Worlds that once failed, each named after what was wrong.

/// Replays a world.
fn replay(name: &str, seed: u64) {
    println!("{name}");
    crate::run(seed);
}

#[test]
fn worlds_that_failed_once() {
    for (name, seed) in [("the first world", 0)] {
        replay(name, seed);
    }
}
