//! Rights and refusals, as people meet them.

use ppob_e2e::{Result, rights};

#[tokio::test(flavor = "multi_thread")]
async fn each_right_is_granted_each_refusal_explained_and_what_operators_did_is_in_the_audit()
-> Result<()> {
    let transcript = rights::run().await?;
    for word in ["RATE_LIMITED", "SetProviderMode", "ResolvePayment", "AddNote", "ReloadConfig"] {
        assert!(transcript.contains(word), "no {word} in:\n{transcript}");
    }
    assert!(!transcript.contains("ppob_"), "a key is shown:\n{transcript}");
    Ok(())
}
