//! Answers that break on the wire, at the real binary.

use ppob_crash::peer::{Ending, Framing};
use ppob_crash::wire::cuts::{Cuts, cut};
use ppob_crash::wire::{Line, Work, odd};
use ppob_e2e::Result;

use crate::PROGRAM;

/// How long the engine waits for an answer, in milliseconds.
const PATIENCE: u64 = 8_000;

/// A body that ends with the connection looks whole wherever it is cut, so this is the worst of all.
#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_is_cut_at_any_byte_is_never_taken_for_another() -> Result<()> {
    let cuts = Cuts {
        works: vec![Work::Success],
        framings: vec![Framing::Close],
        endings: vec![Ending::Fin],
        every: 1,
    };
    let report = cut(PROGRAM, &cuts).await?;
    println!("{report}");
    assert_eq!(report.wrong, Vec::<String>::new());
    assert!(report.payments > 150, "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_every_kind_that_are_cut_in_every_way_are_never_taken_for_another() -> Result<()>
{
    let report = cut(PROGRAM, &Cuts { every: 13, ..Cuts::all() }).await?;
    println!("{report}");
    assert_eq!(report.wrong, Vec::<String>::new());
    assert!(report.payments > 200, "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_doubled_and_redirected_answers_are_never_taken_for_another() -> Result<()> {
    // Nothing here is slow.
    let mut line = Line::new(PROGRAM, 60_000).await?;
    let cases = odd::at_once(&line.elsewhere());
    let (wrong, said) = line.pay(&cases).await?;
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(said.len(), cases.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_endless_answers_are_never_taken_for_another() -> Result<()> {
    let mut line = Line::new(PROGRAM, PATIENCE).await?;
    let cases = odd::slow(PATIENCE);
    let (wrong, said) = line.pay(&cases).await?;
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(said.len(), cases.len());
    Ok(())
}
