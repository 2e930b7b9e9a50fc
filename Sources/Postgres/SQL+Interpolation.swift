extension SQL: ExpressibleByStringInterpolation {
    /// Takes a statement written in the source.
    public init(stringLiteral value: String) {
        self.init(unsafeRaw: value)
    }

    /// Takes a statement with values, names or other statements interpolated.
    public init(stringInterpolation: Interpolation) {
        self.init(parts: stringInterpolation.parts)
    }

    /// What may stand between `\(` and `)` in a statement.
    public struct Interpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Adds text of the source as it is.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty {
                parts.append(.text(literal))
            }
        }

        /// Adds a value as the next parameter; a nil is null.
        public mutating func appendInterpolation<Value: SQLValue>(_ value: Value?) {
            parts.append(.parameter(value?.sqlText))
        }

        /// Adds a name, quoted where it must be.
        public mutating func appendInterpolation(identifier name: String) {
            parts.append(.text(Identifier(name).quoted))
        }

        /// Adds a qualified name, each of its parts quoted where it must be.
        public mutating func appendInterpolation(identifier names: [String]) {
            parts.append(.text(names.map { Identifier($0).quoted }.joined(separator: ".")))
        }

        /// Adds a string as a quoted literal, for utility statements.
        public mutating func appendInterpolation(literal value: String) {
            parts.append(.text(Literal.quoted(value)))
        }

        /// Adds a whole number as a literal, for utility statements.
        public mutating func appendInterpolation(literal value: Int) {
            // The space keeps "-\(literal: -1)" from becoming a comment.
            parts.append(.text(value < 0 ? " \(value)" : "\(value)"))
        }

        /// Adds `true` or `false`, for utility statements.
        public mutating func appendInterpolation(literal value: Bool) {
            parts.append(.text(value ? "true" : "false"))
        }

        /// Adds text as it is. Nothing in it is checked or escaped.
        public mutating func appendInterpolation(unsafeRaw text: String) {
            parts.append(.text(text))
        }

        /// Adds another statement, its values becoming the next parameters.
        public mutating func appendInterpolation(sql: SQL) {
            parts.append(contentsOf: sql.parts)
        }
    }
}
