//! The decoded parameters of one request.

use super::plan::ParameterPlans;
use crate::description::ParameterLocation;
use crate::schema::instance::{Instance, InstanceId, InstanceNode};
use smallvec::SmallVec;

/// How many parameters lie inline.
const INLINE_VALUES: usize = 16;

/// The decoded parameters of one request, all in one arena. Up to 16 parameters with 16 values and 256
/// bytes of text in all take no heap.
#[derive(Clone, Debug, Default)]
pub struct ParameterValues {
    pub(super) instance: Instance,
    /// In the order of the plans; `None` is an absent parameter.
    pub(super) ids: SmallVec<[Option<InstanceId>; INLINE_VALUES]>,
}

impl ParameterValues {
    /// The value of the plan at `position`; `None` where the parameter is absent.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<InstanceNode<'_>> {
        self.ids.get(position).copied().flatten().map(|id| self.instance.node(id))
    }

    /// The value of the parameter called `name`; `None` where it is absent. `plans` must be those that
    /// the values were decoded by.
    ///
    /// For `ParameterLocation::QueryString` see [`Self::at`] or give the parameter's name.
    #[must_use]
    pub fn get(
        &self,
        plans: &ParameterPlans,
        location: ParameterLocation,
        name: &str,
    ) -> Option<InstanceNode<'_>> {
        self.at(plans.position(location, name)?)
    }
}
