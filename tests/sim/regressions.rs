//! Worlds that a machine with a fault failed in, each named after the fault. "Bytes stayed while the page was open" is one
//! that the simulator found; the others were put in to see whether it would find them.

#[test]
fn worlds_that_failed_once() {
    for (name, seed) in [
        ("the bytes went before the receipt was kept", 4_132_383_546_659_512_158),
        ("a portal's 200 was shown as received", 7_125_802_341_406_832_088),
        ("parked, and dropped", 6_469_287_639_821_215_354),
        ("two tabs sent at once", 5_785_704_831_210_814_027),
        ("it waited for ever", 8_273_356_700_808_613_936),
        ("more than thirty requests in an hour", 4_618_928_228_776_322_358),
        ("focus did not heed Retry-After", 6_940_937_162_939_231_770),
        ("bytes written late stayed after the receipt", 7_912_376_256_497_678_969),
        ("the other tab never learned of the receipt", 4_822_532_366_338_590_567),
        ("said to be stored, and was not", 771_773_849_554_508_948),
        ("a store that did not answer held it up", 5_959_637_112_057_181_855),
        ("the store was emptied, and nobody noticed", 1_663_204_362_663_331_007),
        ("an alarm of a state before woke it", 6_398_085_254_574_795_318),
        ("nobody asked for the turn again", 8_628_350_199_623_867_971),
        ("bytes stayed while the page was open", 8_083_001_547_812_848_808),
    ] {
        println!("{name}");
        crate::run(seed);
    }
}
