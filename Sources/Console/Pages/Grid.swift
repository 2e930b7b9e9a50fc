/// A table; where the window is narrow, a block for each row with the column's name before each value.
struct Grid {
    private let columns: [String]
    private let caption: String
    private var rows: [HTML] = []

    /// - Parameters:
    ///   - caption: what it shows, for who does not see where it stands.
    ///   - columns: their names.
    init(_ caption: String, _ columns: [String]) {
        self.caption = caption
        self.columns = columns
    }

    /// A row; values that are empty are not shown where it is narrow.
    ///
    /// - Parameter style: a class of the row.
    mutating func append(_ cells: [HTML], style: HTML = "") {
        precondition(cells.count == columns.count)
        let cells = zip(columns, cells).map { column, cell -> HTML in
            let style: HTML = cell.text.isEmpty ? " class=\"empty\"" : ""
            return "<td data-label=\"\(column)\"\(style)><div>\(cell)</div></td>"
        }
        rows.append("<tr class=\"\(style)\">\(cells)</tr>\n")
    }

    var isEmpty: Bool { rows.isEmpty }

    var html: HTML {
        let head = columns.map { "<th scope=\"col\">\($0)</th>" as HTML }
        return """
            <table><caption>\(caption)</caption><thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows)</tbody></table>
            """
    }
}

extension HTML {
    /// A list of names and values; those that are nil are left out.
    static func facts(_ facts: [(name: String, value: HTML?)]) -> HTML {
        let lines = facts.compactMap { name, value in
            value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" as HTML }
        }
        return "<dl class=\"facts\">\(lines)</dl>"
    }
}
