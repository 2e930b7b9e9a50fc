internal import Cronmill

/// A table for people: a header in capitals, two blanks between columns, no lines.
///
/// ```swift
/// var table = Table(columns: [.init("processor"), .init("ready", alignment: .right), .init("message", shrinks: true)])
/// table.append(["mails", "12", Table.Cell("connection refused", style: .red)])
/// table.render(width: 80, colour: false)
/// ```
struct Table: Sendable, Hashable {
    enum Alignment: Sendable, Hashable { case left, right }

    /// How a column gives way: the last one that shrinks first, and only when none can shrink any more, the last one
    /// that may go; when all of those have gone, those that go last.
    enum WhenNarrow: Sendable, Hashable {
        case stays
        case shrinks(to: Int)
        case goes
        case goesLast
    }

    struct Column: Sendable, Hashable {
        var title: String
        var alignment: Alignment
        /// What is said of the column in parentheses, as it stands: the zone of its times.
        var note: String?
        /// What becomes of it when the table is wider than the terminal.
        var whenNarrow: WhenNarrow

        init(
            _ title: String,
            alignment: Alignment = .left,
            note: String? = nil,
            whenNarrow: WhenNarrow = .stays
        ) {
            self.title = title
            self.alignment = alignment
            self.note = note
            self.whenNarrow = whenNarrow
        }

        init(_ title: String, alignment: Alignment = .left, shrinks: Bool) {
            self.init(title, alignment: alignment, whenNarrow: shrinks ? .shrinks(to: narrowestColumn) : .stays)
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

        fileprivate var shown: String { text.controlsEscaped }
    }

    /// A column does not shrink below this, or there would be nothing to read.
    static let narrowestColumn = 8

    let columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(columns: [Column]) {
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
    ///   - least: widths that the columns have at least, where a table goes on.
    ///   - hasHeader: whether the header is wanted.
    func render(width: Int?, colour: Bool, least: [Int]? = nil, hasHeader: Bool = true) -> String {
        let wanted = least.map { zip($0, naturalWidths).map(max) } ?? naturalWidths
        let widths = fit(wanted, to: width)
        return (hasHeader ? [header] + rows : rows).map { line($0, widths: widths, colour: colour) + "\n" }.joined()
    }

    /// As wide as the columns would like to be.
    var naturalWidths: [Int] {
        let lines = [header] + rows
        return columns.indices.map { index in lines.map { $0[index].shown.displayWidth }.max() ?? 0 }
    }

    private var header: [Cell] { columns.map { Cell($0.header, style: .bold) } }

    /// The widths that fit, nil for columns that go.
    private func fit(_ natural: [Int], to width: Int?) -> [Int?] {
        var widths = natural.map(Optional.some)
        guard let width else { return widths }
        var excess: Int { widths.reduce(0) { $0 + ($1.map { $0 + 2 } ?? 0) } - 2 - width }
        func shrink() {
            for (index, column) in columns.enumerated().reversed() {
                guard excess > 0, case .shrinks(let least) = column.whenNarrow, let now = widths[index] else {
                    continue
                }
                widths[index] = max(now - excess, min(now, least))
            }
        }
        shrink()
        for way in [WhenNarrow.goes, .goesLast] {
            for index in columns.indices.reversed() where columns[index].whenNarrow == way && excess > 0 {
                widths = natural.indices.map { widths[$0] == nil || $0 == index ? nil : natural[$0] }
                shrink()
            }
        }
        return widths
    }

    private func line(_ cells: [Cell], widths: [Int?], colour: Bool) -> String {
        let kept = zip(zip(cells, columns), widths).compactMap { pair, width in width.map { (pair.0, pair.1, $0) } }
        // Blanks at the end of a line would wrap on a terminal and are noise in a pipe.
        let last = kept.lastIndex { !$0.0.text.isEmpty } ?? 0
        return kept.prefix(last + 1).enumerated().map { index, part in
            let (cell, column, width) = part
            let text = cell.shown.truncated(to: width)
            let styled = colour && !text.isEmpty ? cell.style?.applied(to: text) ?? text : text
            let blanks = String(repeating: " ", count: width - text.displayWidth)
            return switch column.alignment {
            case .left: index == last ? styled : styled + blanks
            case .right: blanks + styled
            }
        }
        .joined(separator: "  ")
    }
}
