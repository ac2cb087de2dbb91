#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ppob_properties::check("h2h-description", data));
