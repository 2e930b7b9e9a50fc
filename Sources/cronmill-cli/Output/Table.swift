/// A table for people: a header in capitals, two blanks between columns, no lines.
///
/// ```swift
/// var table = Table(columns: [.init("processor"), .init("ready", alignment: .right), .init("message", shrinks: true)])
/// table.append(["mails", "12", Table.Cell("connection refused", style: .red)])
/// table.render(width: 80, colour: false)
/// ```
struct Table: Sendable, Hashable {
    enum Alignment: Sendable, Hashable { case left, right }

    struct Column: Sendable, Hashable {
        var title: String
        var alignment: Alignment
        /// What is said of the column in parentheses, as it stands: the zone of its times.
        var note: String?
        /// Whether this column gives way when the table is wider than the terminal; one column may.
        var shrinks: Bool

        init(_ title: String, alignment: Alignment = .left, note: String? = nil, shrinks: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.note = note
            self.shrinks = shrinks
        }

        fileprivate var header: String { title.uppercased() + (note.map { " (\($0))" } ?? "") }
    }

    struct Cell: Sendable, Hashable, ExpressibleByStringInterpolation {
        var text: String
        var style: Style?

        init(_ text: String, style: Style? = nil) {
            self.text = text
            self.style = style
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    /// A column does not shrink below this, or there would be nothing to read.
    static let narrowestColumn = 8

    let columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(columns: [Column]) {
        precondition(columns.count(where: \.shrinks) <= 1, "only one column may shrink")
        self.columns = columns
    }

    /// Adds a row; cells that are left out at the end are empty.
    mutating func append(_ cells: [Cell]) {
        precondition(cells.count <= columns.count, "a row may not have more cells than the table has columns")
        rows.append(cells + Array(repeating: Cell(""), count: columns.count - cells.count))
    }

    /// The table as lines, each with its line break, the header even when there are no rows.
    ///
    /// - Parameters:
    ///   - width: the columns of the terminal, or nil for as many as it takes, as in a pipe.
    ///   - colour: whether styles are applied; the header is bold then.
    func render(width: Int?, colour: Bool) -> String {
        let header = columns.map { Cell($0.header, style: .bold) }
        let lines = ([header] + rows).map { $0.map { Cell($0.text.controlsEscaped, style: $0.style) } }
        let natural = columns.indices.map { index in lines.map { $0[index].text.displayWidth }.max() ?? 0 }
        let widths = fit(natural, to: width)
        return lines.map { line($0, widths: widths, colour: colour) + "\n" }.joined()
    }

    private func fit(_ widths: [Int], to width: Int?) -> [Int] {
        guard let width, let shrinking = columns.firstIndex(where: \.shrinks) else { return widths }
        let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        guard excess > 0 else { return widths }
        var fitted = widths
        fitted[shrinking] = max(widths[shrinking] - excess, min(widths[shrinking], Self.narrowestColumn))
        return fitted
    }

    private func line(_ cells: [Cell], widths: [Int], colour: Bool) -> String {
        // Blanks at the end of a line would wrap on a terminal and are noise in a pipe.
        let last = cells.lastIndex { !$0.text.isEmpty } ?? 0
        return zip(cells, columns).prefix(last + 1).enumerated().map { index, pair in
            let (cell, column) = pair
            let text = cell.text.truncated(to: widths[index])
            let shown = colour && !text.isEmpty ? cell.style?.applied(to: text) ?? text : text
            let blanks = String(repeating: " ", count: widths[index] - text.displayWidth)
            return switch column.alignment {
            case .left: index == last ? shown : shown + blanks
            case .right: blanks + shown
            }
        }
        .joined(separator: "  ")
    }
}
