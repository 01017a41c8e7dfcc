//! From the words of an expression to its tree.
//!
//! Grammar, loosest first: `or`, `and`, `not`, comparison, `+ −`, `* /`, sign, `^`, and then a
//! number, date, text, name, call or bracket. An argument may also be a range `2019..2024` or
//! `t where condition`.

use super::error::{ClaimError, Source, did_you_mean};
use super::lex::{Token, tokens};
use super::period::Period;
use super::unit::{self, Scale};
use std::ops::Range;

/// Deepest nesting of brackets and signs.
pub const DEPTH_MAX: usize = 48;

/// A tree with its place in the claims file.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Bytes of the claims file.
    pub at: Range<usize>,
}

/// Kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number in a unit.
    Number(f64, Option<Scale>),
    /// A date.
    Time(Period),
    /// A text.
    Text(String),
    /// A name from `let`, or `t`.
    Name(String),
    /// A function and its arguments.
    Call(String, Vec<Expr>),
    /// `-x`.
    Minus(Box<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// Two sides and a sign.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `a..b`.
    Span(Box<Expr>, Box<Expr>),
    /// `t where condition`.
    Where(Box<Expr>),
}

/// Signs between two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `^`
    Pow,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `and`
    And,
    /// `or`
    Or,
}

impl Op {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::Div => "/",
            Op::Pow => "^",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::More => ">",
            Op::AtLeast => ">=",
            Op::Equal => "==",
            Op::Unequal => "!=",
            Op::And => "and",
            Op::Or => "or",
        }
    }
}

struct Parser<'a> {
    words: Vec<(Token, Range<usize>)>,
    next: usize,
    depth: usize,
    /// Where the expression starts in the claims file.
    offset: usize,
    length: usize,
    file: &'a Source,
}

/// The tree of `text`, which stands at byte `offset` of `file`.
///
/// # Errors
/// The first place where it is no expression.
pub fn parse(text: &str, offset: usize, file: &Source) -> Result<Expr, ClaimError> {
    let words = tokens(text);
    if words.len() > WORDS_MAX {
        return Err(ClaimError::Range {
            what: "expression".into(),
            why: format!("it has {} words; at most {WORDS_MAX} are read", words.len()),
            at: (offset..offset + text.len()).into(),
            file: file.clone(),
        });
    }
    let mut parser = Parser { words, next: 0, depth: 0, offset, length: text.len(), file };
    let expr = parser.argument()?;
    if parser.next < parser.words.len() {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(expr)
}

type Parsed = Result<Expr, ClaimError>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.words.get(self.next).map(|(token, _)| token)
    }

    fn place(&self) -> Range<usize> {
        self.words.get(self.next).map_or(self.length..self.length, |(_, at)| at.clone())
    }

    fn absolute(&self, at: Range<usize>) -> Range<usize> {
        at.start + self.offset..at.end + self.offset
    }

    fn unexpected(&self, expected: &str) -> ClaimError {
        let found = self.peek().map_or("the end of the expression".into(), Token::shown);
        let at = self.absolute(self.place()).into();
        ClaimError::Syntax { expected: expected.into(), found, at, file: self.file.clone() }
    }

    fn is_sign(&self, wanted: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted)
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word == wanted)
    }

    fn take(&mut self, sign: &str) -> Result<Range<usize>, ClaimError> {
        if !self.is_sign(sign) {
            return Err(self.unexpected(&format!("`{sign}`")));
        }
        let at = self.absolute(self.place());
        self.next += 1;
        Ok(at)
    }

    fn deeper(&mut self) -> Result<(), ClaimError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let at = self.absolute(self.place()).into();
            return Err(ClaimError::Depth { most: DEPTH_MAX, at, file: self.file.clone() });
        }
        Ok(())
    }

    /// An argument: an expression, a range, or `t where condition`.
    fn argument(&mut self) -> Parsed {
        let start = self.absolute(self.place()).start;
        let clock = self.is_word("t")
            && matches!(self.words.get(self.next + 1), Some((Token::Word(w), _)) if w == "where");
        if clock {
            self.next += 2;
            let condition = self.or()?;
            let at = start..condition.at.end;
            return Ok(Expr { node: Node::Where(Box::new(condition)), at });
        }
        let first = self.or()?;
        if !self.is_sign("..") {
            return Ok(first);
        }
        self.next += 1;
        let last = self.or()?;
        let at = first.at.start..last.at.end;
        Ok(Expr { node: Node::Span(Box::new(first), Box::new(last)), at })
    }

    /// Left-associative chain of `ops` over `side`.
    fn chain(&mut self, ops: &[(&str, Op)], side: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = side(self)?;
        loop {
            let found = ops.iter().find(|(sign, _)| self.is_sign(sign) || self.is_word(sign));
            let Some((_, op)) = found else {
                break;
            };
            self.next += 1;
            let right = side(self)?;
            let at = left.at.start..right.at.end;
            left = Expr { node: Node::Binary(*op, Box::new(left), Box::new(right)), at };
        }
        Ok(left)
    }

    fn or(&mut self) -> Parsed {
        self.deeper()?;
        let found = self.chain(&[("or", Op::Or)], Self::and);
        self.depth -= 1;
        found
    }

    fn and(&mut self) -> Parsed {
        self.chain(&[("and", Op::And)], Self::not)
    }

    fn not(&mut self) -> Parsed {
        if !self.is_word("not") {
            return self.comparison();
        }
        let start = self.absolute(self.place()).start;
        self.next += 1;
        self.deeper()?;
        let inner = self.not()?;
        self.depth -= 1;
        let at = start..inner.at.end;
        Ok(Expr { node: Node::Not(Box::new(inner)), at })
    }

    fn comparison(&mut self) -> Parsed {
        let ops = [
            ("<=", Op::AtMost),
            (">=", Op::AtLeast),
            ("==", Op::Equal),
            ("!=", Op::Unequal),
            ("<", Op::Less),
            (">", Op::More),
        ];
        self.chain(&ops, Self::sum)
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[("+", Op::Add), ("-", Op::Sub)], Self::product)
    }

    fn product(&mut self) -> Parsed {
        self.chain(&[("*", Op::Mul), ("/", Op::Div)], Self::signed)
    }

    fn signed(&mut self) -> Parsed {
        if !self.is_sign("-") {
            return self.power();
        }
        let start = self.take("-")?.start;
        self.deeper()?;
        let inner = self.signed()?;
        self.depth -= 1;
        let at = start..inner.at.end;
        Ok(Expr { node: Node::Minus(Box::new(inner)), at })
    }

    fn power(&mut self) -> Parsed {
        let base = self.atom()?;
        if !self.is_sign("^") {
            return Ok(base);
        }
        self.next += 1;
        self.deeper()?;
        let exponent = self.signed()?;
        self.depth -= 1;
        let at = base.at.start..exponent.at.end;
        Ok(Expr { node: Node::Binary(Op::Pow, Box::new(base), Box::new(exponent)), at })
    }

    fn atom(&mut self) -> Parsed {
        let at = self.absolute(self.place());
        let Some(token) = self.peek().cloned() else {
            return Err(self.unexpected("a number, name, series or bracket"));
        };
        let node = match token {
            Token::Number(x, None) => Node::Number(x, None),
            Token::Number(x, Some((text, place))) => {
                Node::Number(x, Some(self.unit(&text, place)?))
            }
            Token::Time(period) => Node::Time(period),
            Token::Text(text) => Node::Text(text),
            Token::Word(word) if !["where", "and", "or", "not"].contains(&word.as_str()) => {
                self.next += 1;
                return if self.is_sign("(") { self.call(word, at) } else { self.name(word, at) };
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.or()?;
                let end = self.take(")")?.end;
                return Ok(Expr { node: inner.node, at: at.start..end });
            }
            _ => return Err(self.unexpected("a number, name, series or bracket")),
        };
        self.next += 1;
        Ok(Expr { node, at })
    }

    fn name(&self, word: String, at: Range<usize>) -> Parsed {
        Ok(Expr { node: Node::Name(word), at })
    }

    fn call(&mut self, name: String, at: Range<usize>) -> Parsed {
        self.take("(")?;
        let mut args = Vec::new();
        while !self.is_sign(")") {
            args.push(self.argument()?);
            if !self.is_sign(",") {
                break;
            }
            self.next += 1;
        }
        if !self.is_sign(")") {
            return Err(self.unexpected("`,` or `)`"));
        }
        let end = self.take(")")?.end;
        Ok(Expr { node: Node::Call(name, args), at: at.start..end })
    }

    fn unit(&self, text: &str, at: Range<usize>) -> Result<Scale, ClaimError> {
        unit::parse(text).map_err(|(found, nearest)| ClaimError::Unit {
            found,
            nearest: did_you_mean(nearest),
            at: self.absolute(at).into(),
            file: self.file.clone(),
        })
    }
}

/// Most words in an expression: far beyond any claim, few enough for any stack.
const WORDS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use miette::NamedSource;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn read(text: &str) -> Parsed {
        parse(text, 0, &Arc::new(NamedSource::new("t", Arc::from(text))))
    }

    /// The tree in brackets, so that precedence is seen.
    fn shape(expr: &Expr) -> String {
        match &expr.node {
            Node::Number(x, _) => format!("{x}"),
            Node::Time(p) => p.to_string(),
            Node::Text(t) => format!("{t:?}"),
            Node::Name(n) => n.clone(),
            Node::Call(n, args) => {
                format!("{n}({})", args.iter().map(shape).collect::<Vec<_>>().join(","))
            }
            Node::Minus(x) => format!("-{}", shape(x)),
            Node::Not(x) => format!("!{}", shape(x)),
            Node::Binary(op, a, b) => format!("({}{}{})", shape(a), op.sign(), shape(b)),
            Node::Span(a, b) => format!("{}..{}", shape(a), shape(b)),
            Node::Where(x) => format!("t?{}", shape(x)),
        }
    }

    #[test]
    fn precedence() {
        for (text, tree) in [
            ("1 + 2 * 3 - 4", "((1+(2*3))-4)"),
            ("-2 ^ 2", "-(2^2)"),
            ("2 ^ 3 ^ 2", "(2^(3^2))"),
            ("a < b and not c > 1 or d == 2", "(((a<b)and!(c>1))or(d==2))"),
            ("sum(series(\"A\", \"b\", 2019..2024))", "sum(series(\"A\",\"b\",2019..2024))"),
            ("first(t where x >= 0) - 2009", "(first(t?(x>=0))-2009)"),
            ("(1 + 2) * 3", "((1+2)*3)"),
        ] {
            assert_eq!(shape(&read(text).unwrap()), tree, "{text}");
        }
    }

    #[test]
    fn says_where_and_what() {
        let found = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(
            found("sum(1, "),
            "expected a number, name, series or bracket, found the end of the expression"
        );
        assert_eq!(found("1 2"), "expected an operator or the end, found `2`");
        assert_eq!(found("4 GUDS"), "unknown unit `GUDS`");
        assert!(found(&"(".repeat(500)).contains("nested more than 48"));
        assert!(found(&"- ".repeat(500)).contains("nested more than 48"));
        assert!(found(&"1 + ".repeat(5000)).contains("at most 1000 are read"));
    }

    proptest! {
        /// Any text is an expression or an error that points into it; nothing panics.
        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            if let Err(error) = read(&text) {
                prop_assert!(!error.to_string().is_empty());
            }
        }

        /// The same with words of the language, which get further into the parser.
        #[test]
        fn never_panics_on_its_own_words(words in prop::collection::vec(prop::sample::select(vec![
            "sum", "series", "(", ")", ",", "..", "2019", "2024-12-04", "2024Q", "\"a\"", "\"", "t",
            "where", "not", "and", "or", "-", "^", "1e9", "4 GUSD", "million", "%", "first", "<=",
        ]), 0..40)) {
            let text = words.join(" ");
            if let Ok(expr) = read(&text) {
                prop_assert!(expr.at.end <= text.len());
            }
        }
    }
}
