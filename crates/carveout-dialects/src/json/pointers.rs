//! Places of many nodes, in one pass over the document.

use super::view::{Children, View};

/// Makes the JSON pointers of nodes that come in document order. [`View::pointer`] begins at the root for each of them and passes
/// everything that stands before: for all elements of an array that takes the square of their number.
pub(crate) struct Pointers<'a> {
    root: View<'a>,
    way: Vec<Step<'a>>,
    /// To the child that the way ends at.
    pointer: String,
    last: u32,
}

/// A container on the way to a node, and which child the way goes through.
struct Step<'a> {
    /// The node after the container.
    past: u32,
    /// Children that were not passed yet.
    rest: Children<'a>,
    is_object: bool,
    /// How many were passed before the child.
    position: usize,
    /// The child's key, if it has one, and the child.
    child: Option<(Option<View<'a>>, View<'a>)>,
    /// How long the container's own pointer is.
    length: usize,
}

impl<'a> Pointers<'a> {
    pub(crate) fn of(root: View<'a>) -> Self {
        Self { root, way: Vec::new(), pointer: String::new(), last: 0 }
    }

    /// The same as [`View::pointer`] of that node of the document. What stands before the last one takes a new pass.
    pub(crate) fn to(&mut self, node: u32) -> &str {
        if node < self.last {
            *self = Self::of(self.root);
        }
        self.last = node;
        while let Some(step) = self.way.pop_if(|step| step.past <= node) {
            self.pointer.truncate(step.length);
        }
        let mut inside = if self.way.is_empty() { Some(self.root) } else { self.advance(node) };
        while let Some(around) = inside.filter(|inside| inside.index() < node) {
            self.way.push(Step::into(around, self.pointer.len()));
            inside = self.advance(node);
        }
        &self.pointer
    }

    /// Goes on to the child of the last container that holds a node. A key stands for its member: nothing is inside it.
    fn advance(&mut self, node: u32) -> Option<View<'a>> {
        let step = self.way.last_mut()?;
        let (key, child) = step.advance(node)?;
        self.pointer.truncate(step.length);
        self.pointer.push('/');
        match key {
            Some(key) => self.pointer.push_str(&key.characters().replace('~', "~0").replace('/', "~1")),
            None => self.pointer.push_str(&step.position.to_string()),
        }
        (key.map(View::index) != Some(node)).then_some(child)
    }
}

impl<'a> Step<'a> {
    fn into(container: View<'a>, length: usize) -> Self {
        Self {
            past: container.past(),
            rest: container.children(container.kind()),
            is_object: container.kind() == super::Kind::Object,
            position: 0,
            child: None,
            length,
        }
    }

    fn advance(&mut self, node: u32) -> Option<(Option<View<'a>>, View<'a>)> {
        while self.child.is_none_or(|(_, child)| child.past() <= node) {
            self.position += usize::from(self.child.is_some());
            let key = if self.is_object { Some(self.rest.next()?) } else { None };
            self.child = Some((key, self.rest.next()?));
        }
        self.child
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Limits};

    const SOURCE: &str =
        r#"{"a":[0,{"b/c":{"d~e":"here"}},[],[[1],{}],2],"":{"":1,"f":[{"g":null}]},"h\n":true}"#;

    #[test]
    fn they_are_the_pointers_of_the_views_in_any_order() {
        let document = Document::read(SOURCE.as_bytes(), &Limits::default()).unwrap();
        let root = document.root();
        let nodes: Vec<_> = root.subtree().collect();
        for step in 1..nodes.len() {
            let mut pointers = Pointers::of(root);
            for view in nodes.iter().step_by(step).chain(nodes.iter().rev().step_by(step)) {
                assert_eq!(pointers.to(view.index()), view.pointer(), "{view:?} by {step}");
            }
        }
    }
}
