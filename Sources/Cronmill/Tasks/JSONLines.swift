/// Turns a stream of bytes into rows of a CSV COPY: each line that is not blank, with the same fields before it.
///
/// Delimiter and quote are U+0001 and U+0002, which no JSON text can contain, so that every line is one value as it
/// stands.
struct JSONLines {
    /// The options of the COPY that reads the rows.
    static let copyFormat = "format csv, delimiter e'\\x01', quote e'\\x02'"

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    private let source: () throws -> [UInt8]?
    private let fields: [UInt8]
    private let bytesPerChunk: Int
    private var rest: [UInt8] = []
    /// Bytes of `rest` that are known to have no line break, so that a line of many pieces is not searched again and again.
    private var searched = 0
    private var isAtEnd = false
    private var bytesInChunk = 0
    private var rowsBefore = 0
    private var rows = 0
    /// Rows of the present chunk, as far as they were given.
    var rowsInChunk: Int { rows - rowsBefore }
    /// For each blank line, the number of rows before it.
    private var blanks: [Int] = []

    /// - Parameters:
    ///   - fields: what stands before the line in each row.
    ///   - bytesPerChunk: how much `next` gives before it pauses; `begin` goes on.
    ///   - source: the bytes, in pieces of any size, nil at the end.
    init(fields: [String] = [], bytesPerChunk: Int = .max, source: @escaping () throws -> [UInt8]?) {
        self.source = source
        self.fields = fields.flatMap { Array($0.utf8) + [1] }
        self.bytesPerChunk = bytesPerChunk
    }

    /// Begins a chunk; false if nothing is left.
    mutating func begin() throws -> Bool {
        rowsBefore = rows
        bytesInChunk = 0
        while rest.isEmpty, !isAtEnd { try fill() }
        return !rest.isEmpty
    }

    /// The next rows of the chunk; nil at its end.
    mutating func next() throws -> [UInt8]? {
        guard bytesInChunk < bytesPerChunk else { return nil }
        while true {
            if let rows = try takeRows() {
                bytesInChunk += rows.count
                return rows
            }
            if isAtEnd { return nil }
            try fill()
        }
    }

    /// The number of the line that became a row of the present chunk, both counted from 1.
    func line(ofRow row: Int) -> Int {
        let number = rowsBefore + row
        return number + blanks.count { $0 < number }
    }

    private mutating func fill() throws {
        if let bytes = try source() {
            rest += bytes
        } else {
            isAtEnd = true
            if let last = rest.last, last != UInt8(ascii: "\n") { rest.append(UInt8(ascii: "\n")) }
        }
    }

    /// The rows of all whole lines there are; nil if there is no whole line.
    private mutating func takeRows() throws -> [UInt8]? {
        guard let end = rest[searched...].lastIndex(of: UInt8(ascii: "\n")) else {
            searched = rest.count
            return nil
        }
        var output: [UInt8] = []
        output.reserveCapacity(end + end / 4)
        // What an editor may have put before the first line is no part of it (RFC 8259, section 8.1).
        var start = rows + blanks.count == 0 && rest.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        while start <= end {
            let newline = rest[start...].firstIndex(of: UInt8(ascii: "\n")) ?? end
            var stop = newline
            while stop > start, rest[stop - 1].isBlank { stop -= 1 }
            if stop > start {
                // COPY would take it for the end of a row.
                if rest[start..<stop].contains(UInt8(ascii: "\r")) {
                    throw InvalidLine(number: rows + blanks.count + 1, reason: "It has a carriage return within it.")
                }
                output += fields
                output += rest[start..<stop]
                output.append(UInt8(ascii: "\n"))
                rows += 1
            } else {
                blanks.append(rows)
            }
            start = newline + 1
        }
        rest.removeSubrange(...end)
        searched = rest.count
        return output
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d }
}
