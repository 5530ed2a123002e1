//! What a crate declares, by name alone: functions, the types of fields and variants, traits and who implements them.
//!
//! Takes modules. Gives tables that [`crate::graph`] resolves calls in. Names are not resolved through `use`: two types of one
//! name are taken for one, which can only add calls, never lose one.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Block, Field, Fields, GenericParam, Generics, Signature, Type, TypeParamBound, WherePredicate};

use crate::syntax::{self, Module};

/// Names of types, without their modules.
pub type Names = BTreeSet<String>;

/// What each generic parameter is bound by.
pub type Bounds = BTreeMap<String, Names>;

/// One function with a body.
pub struct Function<'m> {
    pub path: &'m str,
    /// The types of its `impl` block, or the trait that it is a default of.
    pub owners: Names,
    /// The trait it belongs to.
    pub of_trait: Option<String>,
    pub signature: &'m Signature,
    pub body: &'m Block,
    pub bounds: Bounds,
}

impl Function<'_> {
    pub fn name(&self) -> String {
        self.signature.ident.to_string()
    }

    /// The name that tables use: the file below `router/src`, the type and the function.
    pub fn label(&self) -> String {
        let path = self.path.trim_start_matches("router/src/");
        let owner = self.owners.first().map(|owner| format!("{owner}::")).unwrap_or_default();
        format!("{path} {owner}{}", self.name())
    }

    /// The types that its signature gives.
    pub fn gives(&self, world: &World<'_>) -> Names {
        match &self.signature.output {
            syn::ReturnType::Default => Names::new(),
            syn::ReturnType::Type(_, given) => world.names(given, &self.owners, &self.bounds),
        }
    }
}

/// The tables.
#[derive(Default)]
pub struct World<'m> {
    pub functions: Vec<Function<'m>>,
    pub by_name: BTreeMap<String, Vec<usize>>,
    /// The types of fields, by type and field.
    pub fields: BTreeMap<(String, String), Names>,
    /// The types inside variants, by enum and variant.
    pub variants: BTreeMap<(String, String), Names>,
    /// The types there are.
    pub types: Names,
    /// What each type owns, by the type's file and name.
    pub owned: BTreeMap<(&'m str, String), Names>,
    /// The traits that types implement.
    pub traits: BTreeMap<String, Names>,
    aliases: BTreeMap<String, Names>,
}

impl<'m> World<'m> {
    pub fn new(modules: &'m [Module<'m>]) -> Self {
        let mut world = Self::default();
        for module in modules {
            Aliases(&mut world.aliases).visit_file(&module.syntax);
        }
        for module in modules {
            let mut reader = Reader {
                world: &mut world,
                path: module.path,
                owners: Names::new(),
                of_trait: None,
                bounds: Bounds::new(),
            };
            reader.visit_file(&module.syntax);
        }
        for (at, function) in world.functions.iter().enumerate() {
            world.by_name.entry(function.name()).or_default().push(at);
        }
        world
    }

    /// All names in a type: `Self`, parameters and aliases by what they stand for.
    pub fn names(&self, given: &Type, owners: &Names, bounds: &Bounds) -> Names {
        let mut idents = Idents::default();
        idents.visit_type(given);
        self.expand(idents.0, owners, bounds)
    }

    fn expand(&self, idents: Names, owners: &Names, bounds: &Bounds) -> Names {
        let mut names = Names::new();
        for ident in idents {
            match (ident.as_str(), bounds.get(&ident), self.aliases.get(&ident)) {
                ("Self", _, _) => names.extend(owners.iter().cloned()),
                (_, Some(bound), _) => names.extend(bound.iter().cloned()),
                (_, None, Some(alias)) => names.extend(alias.iter().cloned()),
                (_, None, None) => drop(names.insert(ident)),
            }
        }
        names
    }
}

/// The identifiers of a type.
#[derive(Default)]
pub struct Idents(pub Names);

impl<'a> Visit<'a> for Idents {
    fn visit_path_segment(&mut self, segment: &'a syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// The identifiers of a type that are not behind a reference or a function.
struct Owned(Names);

impl<'a> Visit<'a> for Owned {
    fn visit_path_segment(&mut self, segment: &'a syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }

    fn visit_type_reference(&mut self, _: &'a syn::TypeReference) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'a syn::ParenthesizedGenericArguments) {}
}

struct Aliases<'t>(&'t mut BTreeMap<String, Names>);

impl<'a> Visit<'a> for Aliases<'_> {
    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        let mut idents = Idents::default();
        idents.visit_type(&item.ty);
        self.0.entry(item.ident.to_string()).or_default().extend(idents.0);
    }

    fn visit_use_rename(&mut self, rename: &'a syn::UseRename) {
        self.0.entry(rename.rename.to_string()).or_default().insert(rename.ident.to_string());
    }
}

struct Reader<'w, 'm> {
    world: &'w mut World<'m>,
    path: &'m str,
    owners: Names,
    of_trait: Option<String>,
    bounds: Bounds,
}

impl<'m> Reader<'_, 'm> {
    fn function(&mut self, signature: &'m Signature, body: &'m Block) {
        let mut bounds = self.bounds.clone();
        add_bounds(&mut bounds, &signature.generics);
        self.world.functions.push(Function {
            path: self.path,
            owners: self.owners.clone(),
            of_trait: self.of_trait.clone(),
            signature,
            body,
            bounds,
        });
        // A function inside belongs to nobody but its file.
        let (owners, of_trait) = (std::mem::take(&mut self.owners), self.of_trait.take());
        visit::visit_block(self, body);
        (self.owners, self.of_trait) = (owners, of_trait);
    }

    fn fields(&mut self, owner: &str, fields: &Fields, bounds: &Bounds) -> Names {
        let owners = Names::from([owner.to_owned()]);
        let mut all = Names::new();
        let mut owned = Owned(Names::new());
        fields.iter().for_each(|field| owned.visit_type(&field.ty));
        let owned = self.world.expand(owned.0, &owners, bounds);
        self.world.owned.entry((self.path, owner.to_owned())).or_default().extend(owned);
        for (at, field) in fields.iter().enumerate() {
            let names = self.world.names(&field.ty, &owners, bounds);
            all.extend(names.iter().cloned());
            let key = (owner.to_owned(), name_of(field, at));
            self.world.fields.entry(key).or_default().extend(names);
        }
        self.world.types.insert(owner.to_owned());
        all
    }
}

/// A field's name, or its number.
fn name_of(field: &Field, at: usize) -> String {
    field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string)
}

fn add_bounds(bounds: &mut Bounds, generics: &Generics) {
    for parameter in &generics.params {
        if let GenericParam::Type(parameter) = parameter {
            bounds.entry(parameter.ident.to_string()).or_default().extend(bound_names(&parameter.bounds));
        }
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate {
            let mut idents = Idents::default();
            idents.visit_type(&predicate.bounded_ty);
            for ident in idents.0 {
                bounds.entry(ident).or_default().extend(bound_names(&predicate.bounds));
            }
        }
    }
}

fn bound_names<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Names {
    let mut idents = Idents::default();
    bounds.into_iter().for_each(|bound| idents.visit_type_param_bound(bound));
    idents.0
}

impl<'m> Visit<'m> for Reader<'_, 'm> {
    fn visit_item(&mut self, item: &'m syn::Item) {
        if !syntax::is_for_tests(syntax::attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'m syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_item_impl(&mut self, item: &'m syn::ItemImpl) {
        let mut bounds = Bounds::new();
        add_bounds(&mut bounds, &item.generics);
        let owners = match &*item.self_ty {
            Type::Path(path) if path.path.segments.len() == 1 && !bounds.contains_key(&last(&path.path)) => {
                Names::from([last(&path.path)])
            }
            // A reference, a slice or a tuple of the language's own types is known by its trait alone.
            other => {
                let mut names = self.world.names(other, &Names::new(), &bounds);
                names.retain(|name| name.starts_with(char::is_uppercase));
                names
            }
        };
        let of_trait = item.trait_.as_ref().map(|(path, _)| last(path));
        if let Some(name) = &of_trait {
            for owner in &owners {
                self.world.traits.entry(owner.clone()).or_default().insert(name.clone());
            }
        }
        (self.owners, self.of_trait, self.bounds) = (owners, of_trait, bounds);
        visit::visit_item_impl(self, item);
        (self.owners, self.of_trait, self.bounds) = Default::default();
    }

    fn visit_impl_item_fn(&mut self, item: &'m syn::ImplItemFn) {
        if !syntax::is_for_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_item_trait(&mut self, item: &'m syn::ItemTrait) {
        let name = item.ident.to_string();
        (self.owners, self.of_trait) = (Names::from([name.clone()]), Some(name));
        visit::visit_item_trait(self, item);
        (self.owners, self.of_trait) = Default::default();
    }

    fn visit_trait_item_fn(&mut self, item: &'m syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
    }

    fn visit_item_struct(&mut self, item: &'m syn::ItemStruct) {
        let mut bounds = Bounds::new();
        add_bounds(&mut bounds, &item.generics);
        self.fields(&item.ident.to_string(), &item.fields, &bounds);
    }

    fn visit_item_enum(&mut self, item: &'m syn::ItemEnum) {
        let name = item.ident.to_string();
        let mut bounds = Bounds::new();
        add_bounds(&mut bounds, &item.generics);
        for variant in &item.variants {
            let inside = self.fields(&name, &variant.fields, &bounds);
            self.world.variants.entry((name.clone(), variant.ident.to_string())).or_default().extend(inside);
        }
    }
}

/// The last name of a path.
pub fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
