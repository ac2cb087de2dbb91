#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ppob_properties::check("iak-status", data));
