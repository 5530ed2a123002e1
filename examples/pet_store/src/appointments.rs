//! Appointments at the vet's: one pet in a slot.

use brrtrouter::{Context, Handlers, Problem, Response};
use serde::{Deserialize, Serialize};

use crate::fields::{conflict, created};
use crate::store::{Shared, Shop, with};

/// An appointment.
#[derive(Serialize)]
pub struct Appointment {
    id: u64,
    #[serde(flatten)]
    pub data: AppointmentData,
}

/// What is asked for.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentData {
    pub pet_id: u64,
    vet: String,
    /// In UTC and of one length, so that the order of texts is that of time.
    slot: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub fn handlers(handlers: Handlers, store: &Shared) -> Handlers {
    handlers
        .on("listAppointments", with(store, list))
        .on("bookAppointment", with(store, book))
        .on("getAppointment", with(store, get))
        .on("cancelAppointment", with(store, cancel))
}

fn list(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let (from, to): (Option<&str>, Option<&str>) = (cx.query("from")?, cx.query("to")?);
    let vet: Option<&str> = cx.query("vet")?;
    let fits = |appointment: &&Appointment| {
        let data = &appointment.data;
        from.is_none_or(|from| *data.slot >= *from)
            && to.is_none_or(|to| *data.slot <= *to)
            && vet.is_none_or(|vet| data.vet == vet)
    };
    let mut found: Vec<&Appointment> = shop.appointments.iter().filter(fits).collect();
    found.sort_by(|a, b| a.data.slot.cmp(&b.data.slot));
    Ok(Response::json(&found))
}

fn book(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    let data: AppointmentData = cx.body()?;
    shop.pets.get(data.pet_id).map_err(|_| conflict("there is no such pet"))?;
    if shop.appointments.iter().any(|taken| taken.data.slot == data.slot && taken.data.vet == data.vet) {
        return Err(conflict("the vet has another patient then"));
    }
    let booked = shop.appointments.insert(|id| Appointment { id, data })?;
    Ok(created(format!("/v1/appointments/{}", booked.id), booked))
}

fn get(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    Ok(Response::json(shop.appointments.get(cx.path("appointmentId")?)?))
}

fn cancel(cx: &Context<'_>, shop: &mut Shop) -> Result<Response, Problem> {
    shop.appointments.remove(cx.path("appointmentId")?)?;
    Ok(Response::no_content())
}
