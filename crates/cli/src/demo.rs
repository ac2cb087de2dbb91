//! A walk through a running sandbox, as a client sees it.

mod control;
mod numbers;
mod steps;
mod walk;

use crate::args::{Demo, OperatorServer, Server, Tls};
use crate::client::{connect, connect_operator};
use crate::exit::Exit;
use crate::failure::Done;
use crate::output;
use crate::sandbox::Written;

use control::Controls;
use numbers::Numbers;
use walk::Walk;

/// Walks; ends well only if every step held.
pub(crate) async fn demo(options: &Demo) -> Done {
    let file = options.addresses.clone().unwrap_or_else(Written::usual_place);
    let written = Written::read(&file)?;
    let server = Server {
        address: options.address.clone().unwrap_or_else(|| written.api.to_string()),
        api_key: None,
        tls: Tls::default(),
        json: false,
    };
    let operator = OperatorServer {
        operator_address: written.operator.to_string(),
        api_key: None,
        tls: Tls::default(),
        json: false,
    };
    let mut walk = Walk {
        client: connect(&server).await?,
        operator: connect_operator(&operator).await?,
        controls: Controls::of(&written.simulators)?,
        numbers: Numbers::fresh(),
        paid: Vec::new(),
    };
    output::print(
        "A walk through PPOB, as your service would see it. SIMULASI - BUKAN TRANSAKSI SUNGGUHAN.\n",
    )?;
    steps::prices(&mut walk).await?;
    steps::token(&mut walk).await?;
    steps::bill(&mut walk).await?;
    steps::cheapest(&mut walk).await?;
    steps::failover(&mut walk).await?;
    steps::told_later(&mut walk).await?;
    steps::lost_answer(&mut walk).await?;
    steps::truth(&mut walk).await?;
    output::print("\nEvery step held.")?;
    Ok(Exit::Ok)
}
