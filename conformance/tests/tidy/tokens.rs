//! Sources as flat lists of tokens, without comments, attributes for tests and what they stand on.
//!
//! Takes a text. Gives each identifier and sign with its line. Strings are left out.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A word or sign and the line it stands on.
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The tokens of a file, tests left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    flatten(text.parse().expect("tokens"), &mut all);
    all
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Punct(sign) if sign.as_char() == '#' && trees.peek().is_some_and(is_for_tests) => {
                // What is left out ends with its block or its semicolon.
                trees.by_ref().find(ends_item);
            }
            TokenTree::Group(group) => flatten_group(&group, line, into),
            TokenTree::Ident(ident) => into.push(Token { text: ident.to_string(), line }),
            TokenTree::Punct(sign) => into.push(Token { text: sign.to_string(), line }),
            TokenTree::Literal(_) => {}
        }
    }
}

fn flatten_group(group: &Group, line: usize, into: &mut Vec<Token>) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    };
    into.push(Token { text: open.to_owned(), line });
    flatten(group.stream(), into);
    into.push(Token { text: close.to_owned(), line: group.span_close().start().line });
}

fn is_for_tests(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if ["cfg (test)", "test"].contains(&&*group.stream().to_string()))
}

fn ends_item(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(sign) => sign.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// Where `pattern`, words and signs between spaces, stands among the tokens.
pub fn find(tokens: &[Token], pattern: &str) -> Vec<usize> {
    let words: Vec<&str> = pattern.split(' ').collect();
    let mut lines = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.text == words[0] && fits(&tokens[at..], &words) {
            lines.push(token.line);
        }
    }
    lines
}

fn fits(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

#[test]
fn tests_comments_and_strings_are_left_out() {
    let all = tokens(
        "fn a() { b!(\"c d\") } // e\n#[cfg(test)]\nmod f { fn g() {} }\n#[test]\n#[other]\nfn h() {}\nfn i() {}",
    );
    let words: Vec<_> = all.iter().map(|token| &*token.text).collect();
    assert_eq!(words.join(" "), "fn a ( ) { b ! ( ) } fn i ( ) { }");
    assert_eq!((find(&all, "fn i ("), find(&all, "fn h")), (vec![7], vec![]));
}
