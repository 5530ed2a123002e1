//! One function's body, walked for the calls it may make.
//!
//! Takes a function and what the crate declares. Gives the functions that may be called. The types of locals are followed as far
//! as declarations, signatures, fields and patterns tell them; a type that is not known is [`None`].

use std::collections::{BTreeMap, BTreeSet};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, FnArg, Member, Pat, Path, Stmt, Token};

use crate::graph::{CALLBACKS, NOT_MEANT, STANDARD};
use crate::world::{Function, Names, World, last};

/// The types a value may have; `None` where they are not known.
type Types = Option<Names>;

pub struct Walker<'w> {
    world: &'w World<'w>,
    function: &'w Function<'w>,
    locals: BTreeMap<String, Types>,
    calls: BTreeSet<usize>,
    label: String,
}

impl<'a> Visit<'a> for Walker<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        self.types(expression);
    }

    fn visit_block(&mut self, block: &'a Block) {
        self.block(block);
    }
}

/// Both, where both are known.
fn union(one: Types, other: Types) -> Types {
    let (mut one, other) = (one?, other?);
    one.extend(other);
    Some(one)
}

/// A field's name or number.
fn member(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

const fn nothing() -> Types {
    Some(Names::new())
}

impl<'w> Walker<'w> {
    pub fn new(world: &'w World<'w>, function: &'w Function<'w>) -> Self {
        Self { world, function, locals: BTreeMap::new(), calls: BTreeSet::new(), label: function.label() }
    }

    pub fn walk(mut self) -> BTreeSet<usize> {
        for input in &self.function.signature.inputs {
            match input {
                FnArg::Receiver(_) => self.local("self", Some(self.function.owners.clone())),
                FnArg::Typed(typed) => {
                    let names = self.names(&typed.ty);
                    self.bind(&typed.pat, Some(names));
                }
            }
        }
        self.block(self.function.body);
        self.calls
    }

    fn names(&self, given: &syn::Type) -> Names {
        self.world.names(given, &self.function.owners, &self.function.bounds)
    }

    fn local(&mut self, name: &str, types: Types) {
        self.locals.insert(name.to_owned(), types);
    }

    /// What a type's method `name` may be, also by the traits it implements.
    fn methods(&self, types: &Types, name: &str) -> Vec<usize> {
        let candidates = self.world.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let fits = |&at: &usize| {
            let function = &self.world.functions[at];
            let Some(types) = types else { return !function.owners.is_empty() };
            let default_of = |one: &String| {
                let traits = self.world.traits.get(one);
                traits.is_some_and(|traits| function.owners.iter().any(|owner| traits.contains(owner)))
            };
            !function.owners.is_disjoint(types)
                || function.of_trait.as_ref().is_some_and(|of_trait| types.contains(of_trait))
                || types.iter().any(default_of)
        };
        candidates.iter().copied().filter(fits).collect()
    }

    fn is_not_meant(&self, name: &str) -> bool {
        NOT_MEANT.iter().any(|(caller, called, _)| *caller == self.label && *called == name)
    }

    /// What a path may name: functions of this file first, then of any.
    fn named(&self, path: &Path) -> Vec<usize> {
        let name = last(path);
        if self.is_not_meant(&name) {
            return Vec::new();
        }
        let qualifier = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
        match qualifier.as_deref() {
            Some("Self") => self.methods(&Some(self.function.owners.clone()), &name),
            Some(one) if one.starts_with(char::is_uppercase) => {
                let expanded = syn::parse_str(one).map(|one| self.names(&one)).unwrap_or_default();
                self.methods(&Some(expanded), &name)
            }
            _ => self.free(&name, qualifier.as_deref()),
        }
    }

    fn free(&self, name: &str, module: Option<&str>) -> Vec<usize> {
        let candidates = self.world.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let free = candidates.iter().copied().filter(|&at| self.world.functions[at].owners.is_empty());
        let in_module = |at: &usize| {
            let stem = self.world.functions[*at].path.trim_end_matches(".rs");
            match module {
                None => self.world.functions[*at].path == self.function.path,
                Some(module) => stem.ends_with(&format!("/{module}")),
            }
        };
        let near: Vec<_> = free.clone().filter(in_module).collect();
        // A module gives on what its own modules declare.
        let below = |at: &usize| {
            module.is_some_and(|module| self.world.functions[*at].path.contains(&format!("/{module}/")))
        };
        let inside: Vec<_> = free.clone().filter(below).collect();
        match (near.is_empty(), inside.is_empty()) {
            (false, _) => near,
            (true, false) => inside,
            (true, true) => free.collect(),
        }
    }

    fn call(&mut self, targets: &[usize]) -> Types {
        self.calls.extend(targets.iter().copied());
        let gives = targets.iter().map(|&at| self.world.functions[at].gives(self.world));
        gives.reduce(|one, other| one.union(&other).cloned().collect())
    }

    fn call_back(&mut self, name: &str) {
        let is_meant = !self.is_not_meant(name);
        for (_, traits) in CALLBACKS.iter().filter(|(method, _)| is_meant && *method == name) {
            let of_ours = |function: &Function<'_>| {
                function.of_trait.as_ref().is_some_and(|one| traits.contains(&one.as_str()))
            };
            let all = self.world.functions.iter().enumerate();
            self.calls.extend(all.filter(|(_, function)| of_ours(function)).map(|(at, _)| at));
        }
    }

    fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.locals.clone();
        let given = run(self);
        self.locals = outer;
        given
    }

    fn block(&mut self, block: &Block) -> Types {
        self.scoped(|walker| {
            let mut given = nothing();
            for statement in &block.stmts {
                given = walker.statement(statement);
            }
            given
        })
    }

    fn statement(&mut self, statement: &Stmt) -> Types {
        match statement {
            Stmt::Local(local) => {
                let types = local.init.as_ref().map(|init| {
                    init.diverge.iter().for_each(|(_, diverge)| drop(self.types(diverge)));
                    self.types(&init.expr)
                });
                self.bind(&local.pat, types.flatten());
                nothing()
            }
            Stmt::Item(_) => nothing(),
            Stmt::Expr(expression, None) => self.types(expression),
            Stmt::Expr(expression, Some(_)) => {
                self.types(expression);
                nothing()
            }
            Stmt::Macro(call) => self.macro_call(&call.mac),
        }
    }

    /// Binds the names of a pattern.
    fn bind(&mut self, pattern: &Pat, types: Types) {
        match pattern {
            Pat::Ident(ident) => {
                self.local(&ident.ident.to_string(), types.clone());
                if let Some((_, inner)) = &ident.subpat {
                    self.bind(inner, types);
                }
            }
            Pat::Type(typed) => {
                let names = self.names(&typed.ty);
                self.bind(&typed.pat, if names.contains("_") { types } else { Some(names) });
            }
            Pat::TupleStruct(inner) => {
                let types = self.inside_variant(&inner.path).or(types);
                inner.elems.iter().for_each(|one| self.bind(one, types.clone()));
            }
            Pat::Struct(inner) => {
                let types = self.inside_variant(&inner.path);
                inner.fields.iter().for_each(|field| {
                    let owner = last(&inner.path);
                    let key = (owner, member(&field.member));
                    let own = self.world.fields.get(&key).cloned();
                    self.bind(&field.pat, own.or_else(|| types.clone()));
                });
            }
            Pat::Tuple(inner) => inner.elems.iter().for_each(|one| self.bind(one, types.clone())),
            Pat::Slice(inner) => inner.elems.iter().for_each(|one| self.bind(one, types.clone())),
            Pat::Or(inner) => inner.cases.iter().for_each(|one| self.bind(one, types.clone())),
            Pat::Reference(inner) => self.bind(&inner.pat, types),
            Pat::Paren(inner) => self.bind(&inner.pat, types),
            _ => {}
        }
    }

    /// The types inside a variant or a tuple struct of ours.
    fn inside_variant(&self, path: &Path) -> Types {
        let name = last(path);
        let owner = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
        if let Some(fields) = self.world.fields.get(&(name.clone(), "0".to_owned())) {
            return Some(fields.clone());
        }
        let is_of = |of: &String| match owner.as_deref() {
            None => true,
            Some("Self") => self.function.owners.contains(of),
            Some(owner) => owner == of,
        };
        let all = self.world.variants.iter().filter(|((of, variant), _)| *variant == name && is_of(of));
        all.map(|(_, names)| names.clone()).reduce(|one, other| one.union(&other).cloned().collect())
    }

    /// The types of several values together.
    fn all<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Types {
        expressions.into_iter().fold(nothing(), |types, one| {
            let more = self.types(one);
            union(types, more)
        })
    }

    fn types(&mut self, expression: &Expr) -> Types {
        match expression {
            Expr::Path(path) => self.path(&path.path),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Call(call) => self.plain_call(call),
            Expr::Field(field) => self.field(field),
            Expr::Closure(closure) => self.closure(closure, &None),
            Expr::Reference(inner) => self.types(&inner.expr),
            Expr::Unary(inner) => self.types(&inner.expr),
            Expr::Paren(inner) => self.types(&inner.expr),
            Expr::Group(inner) => self.types(&inner.expr),
            Expr::Try(inner) => self.types(&inner.expr),
            Expr::Index(index) => {
                self.types(&index.index);
                self.types(&index.expr)
            }
            Expr::Tuple(tuple) => self.all(&tuple.elems),
            Expr::Array(array) => self.all(&array.elems),
            Expr::Lit(_) => nothing(),
            Expr::Struct(made) => {
                made.fields.iter().for_each(|field| drop(self.types(&field.expr)));
                made.rest.iter().for_each(|rest| drop(self.types(rest)));
                Some(Names::from([last(&made.path)]).into_iter().flat_map(|name| self.own(name)).collect())
            }
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::Block(block) => self.block(&block.block),
            Expr::If(branch) => self.scoped(|walker| {
                walker.types(&branch.cond);
                let then = walker.block(&branch.then_branch);
                let other = branch.else_branch.as_ref().map_or(nothing(), |(_, other)| walker.types(other));
                union(then, other)
            }),
            Expr::Match(choice) => self.choice(choice),
            Expr::Let(binding) => {
                let types = self.types(&binding.expr);
                self.bind(&binding.pat, types);
                nothing()
            }
            Expr::ForLoop(each) => self.each(each),
            Expr::While(repeat) => self.scoped(|walker| {
                walker.types(&repeat.cond);
                walker.block(&repeat.body);
                nothing()
            }),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Assign(_) | Expr::Binary(_) => {
                visit::visit_expr(self, expression);
                nothing()
            }
            _ => {
                visit::visit_expr(self, expression);
                None
            }
        }
    }

    fn own(&self, name: String) -> Names {
        if name == "Self" { self.function.owners.clone() } else { Names::from([name]) }
    }

    fn path(&mut self, path: &Path) -> Types {
        if let Some(types) = path.get_ident().and_then(|ident| self.locals.get(&ident.to_string())) {
            return types.clone();
        }
        let targets = self.named(path);
        if !targets.is_empty() {
            return self.call(&targets);
        }
        match path.segments.iter().rev().nth(1) {
            Some(owner) if self.world.types.contains(&owner.ident.to_string()) => {
                Some(self.own(owner.ident.to_string()))
            }
            Some(owner) if owner.ident == "Self" => Some(self.function.owners.clone()),
            _ if self.world.types.contains(&last(path)) => Some(self.own(last(path))),
            _ => None,
        }
    }

    fn plain_call(&mut self, call: &syn::ExprCall) -> Types {
        let arguments = self.all(&call.args);
        let Expr::Path(function) = &*call.func else {
            self.types(&call.func);
            return None;
        };
        let targets = self.named(&function.path);
        if !targets.is_empty() {
            return self.call(&targets);
        }
        let name = last(&function.path);
        self.call_back(&name);
        let made = self.path(&function.path);
        // An empty container of another crate says nothing about what it will hold.
        made.or(if call.args.is_empty() { None } else { arguments })
    }

    fn field(&mut self, field: &syn::ExprField) -> Types {
        let base = self.types(&field.base);
        let name = member(&field.member);
        let of = |types: &Types, owner: &String| types.as_ref().is_none_or(|types| types.contains(owner));
        let found = self.world.fields.iter().filter(|((owner, one), _)| *one == name && of(&base, owner));
        let found =
            found.map(|(_, names)| names.clone()).reduce(|one, other| one.union(&other).cloned().collect());
        found.or(base)
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall) -> Types {
        let receiver = self.types(&call.receiver);
        let name = call.method.to_string();
        let is_standard = receiver.is_none() && STANDARD.contains(&name.as_str());
        let is_other = is_standard || self.is_not_meant(&name);
        let targets = if is_other { Vec::new() } else { self.methods(&receiver, &name) };
        let mut handed = receiver.clone();
        for argument in call.args.iter().filter(|one| !matches!(one, Expr::Closure(_))) {
            let more = self.types(argument);
            handed = union(handed, more);
        }
        let parameters = if targets.is_empty() { handed.clone() } else { self.parameters(&targets) };
        for argument in &call.args {
            if let Expr::Closure(closure) = argument {
                self.closure(closure, &parameters);
            }
        }
        if !targets.is_empty() && receiver.is_some() {
            return self.call(&targets);
        }
        if targets.is_empty() {
            self.call_back(&name);
        }
        self.calls.extend(targets);
        let converts = matches!(name.as_str(), "into" | "try_into" | "parse");
        let by_closure = call.args.iter().any(|one| matches!(one, Expr::Closure(_) | Expr::Path(_)));
        let keeps =
            ["filter", "take_while", "skip_while", "find", "inspect", "is_some_and", "any", "all", "retain"];
        let given = if converts || (by_closure && !keeps.contains(&name.as_str())) { None } else { handed };
        call.turbofish.iter().flat_map(|fish| &fish.args).fold(given, |given, argument| match argument {
            syn::GenericArgument::Type(one) => union(given.or_else(nothing), Some(self.names(one))),
            _ => given,
        })
    }

    /// All types in the parameters of functions, which may be those of a closure.
    fn parameters(&self, targets: &[usize]) -> Types {
        let mut names = Names::new();
        for function in targets.iter().map(|&at| &self.world.functions[at]) {
            let typed = function.signature.inputs.iter().filter_map(|input| match input {
                FnArg::Typed(typed) => Some(&typed.ty),
                FnArg::Receiver(_) => None,
            });
            names.extend(typed.flat_map(|typed| self.world.names(typed, &function.owners, &function.bounds)));
        }
        // `Fn(&T)`'s parameters may be generic over what the receiver holds: then they are not known.
        names.iter().all(|name| name.len() > 1).then_some(names)
    }

    fn closure(&mut self, closure: &syn::ExprClosure, parameters: &Types) -> Types {
        self.scoped(|walker| {
            closure.inputs.iter().for_each(|input| walker.bind(input, parameters.clone()));
            walker.types(&closure.body)
        })
    }

    fn choice(&mut self, choice: &syn::ExprMatch) -> Types {
        let types = self.types(&choice.expr);
        choice.arms.iter().fold(nothing(), |given, arm| {
            let more = self.scoped(|walker| {
                walker.pattern(&arm.pat, types.clone());
                walker.types(&arm.body)
            });
            union(given, more)
        })
    }

    /// An arm's pattern with its guard.
    fn pattern(&mut self, pattern: &Pat, types: Types) {
        if let Pat::Guard(guarded) = pattern {
            self.bind(&guarded.pat, types);
            self.types(&guarded.guard);
        } else {
            self.bind(pattern, types);
        }
    }

    fn each(&mut self, each: &syn::ExprForLoop) -> Types {
        let types = self.types(&each.expr);
        if types.is_some() {
            let steps = self.methods(&types, "next");
            self.calls.extend(steps);
        }
        self.scoped(|walker| {
            walker.bind(&each.pat, types);
            walker.block(&each.body);
            nothing()
        })
    }

    /// A macro's arguments are expressions, or else every name before parentheses is taken for a call.
    fn macro_call(&mut self, call: &syn::Macro) -> Types {
        let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        if let Ok(arguments) = arguments {
            let mut inner = Walker::new(self.world, self.function);
            inner.locals = self.locals.clone();
            let types = inner.all(&arguments);
            self.calls.extend(inner.calls);
            return if call.path.is_ident("vec") { types } else { nothing() };
        }
        self.tokens(call.tokens.clone());
        if call.path.is_ident("vec") { None } else { nothing() }
    }

    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut before = None;
        for token in tokens {
            match &token {
                proc_macro2::TokenTree::Group(group) => {
                    let called = before.take().and_then(|name: String| self.world.by_name.get(&name));
                    self.calls.extend(called.into_iter().flatten());
                    self.tokens(group.stream());
                }
                proc_macro2::TokenTree::Ident(ident) => before = Some(ident.to_string()),
                _ => before = None,
            }
        }
    }
}
