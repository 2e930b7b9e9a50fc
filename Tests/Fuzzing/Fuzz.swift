internal import Glibc

/// Inputs for a parser, made from good ones by changing them at random: some thousands, the same every time; or others for
/// as long as CRONMILL_FUZZ_SECONDS says.
///
///     var fuzz = Fuzz("schedules", from: ["* * * * *"], tokens: ["*", "/", "mon"])
///     while let text = fuzz.next() {
///         if isAccepted(text) { fuzz.keep(text) }
///     }
///
/// The seed is printed: with it in CRONMILL_FUZZ_SEED the same inputs come again, in the same order.
package struct Fuzz {
    private var generator: SeededGenerator
    private var texts: [[Unicode.Scalar]]
    private let tokens: [[Unicode.Scalar]]
    /// Nil: it ends after so many inputs.
    private let end: ContinuousClock.Instant?
    /// How many inputs there were.
    package private(set) var count = 0

    private static let inputs = 3_000
    private static let mostTexts = 2_000
    private static let mostScalars = 300
    /// What parsers stumble over.
    private static let scalars = Array(
        "\"'\\ \t\r\n\u{1}\u{7f}\u{a0}\u{301}\u{feff}\u{ffff}ÄßİıK€😀${}[](),;:=#@%&/-_+*.09aAzZ".unicodeScalars
    )

    /// - Parameters:
    ///   - name: what is fuzzed.
    ///   - texts: inputs to begin with.
    ///   - tokens: what is put in besides single characters.
    package init(_ name: String, from texts: [String], tokens: [String] = []) {
        let seconds = Self.variable("CRONMILL_FUZZ_SECONDS")
        let seed = Self.variable("CRONMILL_FUZZ_SEED") ?? (seconds == nil ? 1 : UInt64.random(in: 0...999_999))
        print("fuzzing \(name): CRONMILL_FUZZ_SEED=\(seed)")
        generator = SeededGenerator(seed: seed, part: name)
        self.texts = texts.map { Array($0.unicodeScalars) }
        self.tokens = tokens.map { Array($0.unicodeScalars) }
        end = seconds.map { .now + .seconds(Int64($0)) }
    }

    /// The next input; nil at the end. None has a zero byte, which no program can be given and no server takes.
    package mutating func next() -> String? {
        guard end.map({ ContinuousClock.now < $0 }) ?? (count < Self.inputs) else { return nil }
        count += 1
        var text = texts[pick(texts.count)]
        for _ in 0...pick(4) { change(&text) }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text.prefix(Self.mostScalars))
        return String(view)
    }

    /// Takes an input that was good for something among those that others are made from.
    package mutating func keep(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        if texts.count < Self.mostTexts { texts.append(scalars) } else { texts[pick(texts.count)] = scalars }
    }

    /// A number from 0 that is below the limit.
    package mutating func pick(_ limit: Int) -> Int {
        Int.random(in: 0..<max(1, limit), using: &generator)
    }

    private mutating func change(_ text: inout [Unicode.Scalar]) {
        let place = pick(text.count + 1)
        let length = pick(min(8, text.count - place) + 1)
        let range = place..<min(place + length, text.count)
        switch pick(8) {
        case 0: text.removeSubrange(range)
        case 1: text.insert(contentsOf: text[range], at: pick(text.count + 1))
        case 2: text.insert(Self.scalars[pick(Self.scalars.count)], at: place)
        case 3: text.insert(Unicode.Scalar(UInt8(1 + pick(126))), at: place)
        case 4: if let scalar = Unicode.Scalar(UInt32(1 + pick(0x10_ffff))) { text.insert(scalar, at: place) }
        case 5: text.insert(contentsOf: String(pick(70)).unicodeScalars, at: place)
        case 6: if !tokens.isEmpty { text.replaceSubrange(range, with: tokens[pick(tokens.count)]) }
        default:
            let other = texts[pick(texts.count)]
            text = Array(text[..<place] + other[min(pick(other.count), other.count)...])
        }
    }

    private static func variable(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
