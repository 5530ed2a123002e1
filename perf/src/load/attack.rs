//! The users, by Goose: how many there are, how they begin, and when they end.
//!
//! Goose's own measurements are off: it keeps times in milliseconds and no percentile beyond those of its tables, and what it would measure
//! is measured here.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};

use super::collect::{Collected, Collector};
use super::options::LoadArguments;
use super::visit::{Run, Told, Visit};
use crate::fault::Fault;

/// Puts the load on the server, and gives what came of it.
pub fn attack(run: &Arc<Run>, arguments: &LoadArguments) -> Result<Collected, Fault> {
    let (tell, told) = channel();
    let collector = Collector::start(told, Arc::clone(run), arguments)?;
    let users = goose(run, arguments, tell);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::new(format!("no threads for users: {error}")))?;
    let done = runtime.block_on(users?.execute());
    done.map_err(|error| Fault::new(format!("the users cannot begin: {error}")))?;
    // Users that are gone speak no more, which ends the collector.
    drop(runtime);
    collector.finish()
}

fn goose(run: &Arc<Run>, arguments: &LoadArguments, tell: Sender<Told>) -> Result<GooseAttack, Fault> {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(run.work.origin.clone());
    configuration.users = Some(run.users);
    configuration.increase_rate = Some(arguments.hatch_rate.unwrap_or(arguments.users).to_string());
    configuration.run_time = Some(format!("{}s", arguments.time.as_secs().max(1)));
    (configuration.no_metrics, configuration.no_print_metrics) = (true, true);
    (configuration.no_reset_metrics, configuration.quiet) = (true, 2);
    configuration.no_telnet = true;
    let attack = GooseAttack::initialize_with_config(configuration);
    let attack = attack.map_err(|error| Fault::usage(format!("the load cannot be set up: {error}")))?;
    let name = "every operation of the description";
    Ok(attack.register_scenario(Scenario::new(name).register_transaction(Transaction::new(step(run, tell)))))
}

/// What a user does again and again.
fn step(run: &Arc<Run>, tell: Sender<Told>) -> TransactionFunction {
    let run = Arc::clone(run);
    Arc::new(move |user: &mut GooseUser| {
        if user.get_session_data::<Visit>().is_none() {
            user.set_session_data(Visit::new(&run, &tell, user.weighted_users_index));
        }
        Box::pin(async move {
            if let Some(visit) = user.get_session_data_mut::<Visit>() {
                visit.step().await;
            }
            Ok(())
        })
    })
}
