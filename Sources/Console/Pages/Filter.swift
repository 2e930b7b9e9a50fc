internal import Cronmill

/// Which processors a page shows: `db:cust* processor:mail* verdict:behind`.
///
/// Words of one kind are alternatives, kinds go together; a word without a kind is a part of either name.
struct Filter: Sendable, Equatable {
    /// As it was typed.
    let text: String
    private var databases: [Pattern] = []
    private var processors: [Pattern] = []
    private var verdicts: Set<Verdict> = []
    private var words: [String] = []

    /// The most that is read of one, so that nobody has the server match all day.
    static let longest = 500
    private static let mostWords = 20

    static let none = Filter()

    private init() { text = "" }

    /// - Throws: `Problem` for a kind or a verdict that there is not.
    init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.longest else {
            throw .badRequest("The filter is longer than \(Self.longest) bytes.")
        }
        self.text = text
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count <= Self.mostWords else {
            throw .badRequest("The filter has more than \(Self.mostWords) words.")
        }
        for word in words {
            guard let colon = word.firstIndex(of: ":") else {
                self.words.append(word.lowercased())
                continue
            }
            let value = String(word[word.index(after: colon)...])
            guard !value.isEmpty else { throw .badRequest("A word of the filter has nothing behind its colon.") }
            switch word[..<colon] {
            case "db", "database": databases.append(Pattern(value))
            case "processor": processors.append(Pattern(value))
            case "verdict":
                guard let verdict = Verdict(rawValue: value.lowercased()) else {
                    let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .badRequest("The filter names a verdict that there is not. Verdicts: \(known).")
                }
                verdicts.insert(verdict)
            default: throw .badRequest("The filter knows db:, processor: and verdict:, and words without a colon.")
            }
        }
    }

    var isEmpty: Bool { text.allSatisfy(\.isWhitespace) }

    func matches(_ status: ProcessorStatus) -> Bool {
        matches(database: status.database)
            && (processors.isEmpty || processors.contains { $0.matches(status.processor) })
            && (verdicts.isEmpty || verdicts.contains(status.verdict))
            && words.allSatisfy {
                status.database.lowercased().contains($0) || status.processor.lowercased().contains($0)
            }
    }

    /// Whether a database of which nothing else is known is meant.
    func matches(unreachable database: String) -> Bool {
        matches(database: database) && processors.isEmpty && verdicts.isEmpty
            && words.allSatisfy { database.lowercased().contains($0) }
    }

    /// An alarm has no verdict; one of the server has no names either, and is shown where nothing is asked for.
    func matches(_ alarm: Alarm) -> Bool {
        guard let database = alarm.database else { return isEmpty }
        let processor = alarm.processor ?? ""
        return matches(database: database) && verdicts.isEmpty
            && (processors.isEmpty || processors.contains { $0.matches(processor) })
            && words.allSatisfy { database.lowercased().contains($0) || processor.lowercased().contains($0) }
    }

    private func matches(database: String) -> Bool {
        databases.isEmpty || databases.contains { $0.matches(database) }
    }
}

/// A name in which `*` stands for anything, in any case.
struct Pattern: Sendable, Equatable {
    private let pieces: [[Character]]

    init(_ text: String) {
        pieces = text.lowercased().split(separator: "*", omittingEmptySubsequences: false).map(Array.init)
    }

    /// Piece after piece at the first place where it stands, which needs no going back.
    func matches(_ name: String) -> Bool {
        let name = Array(name.lowercased())
        guard pieces.count > 1 else { return name == pieces[0] }
        let (first, last) = (pieces[0], pieces[pieces.count - 1])
        guard name.count >= first.count + last.count, name.starts(with: first), name.suffix(last.count) == last[...]
        else { return false }
        var rest = name[first.count..<(name.count - last.count)]
        for piece in pieces.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
