internal import Cronmill

/// The small work databases of the demo's last part, whose processors sleep.
enum Shops {
    static let count = 60
    /// Slots of them that may be at work at once.
    static let budget = 8
    static let queue = "letters"
    /// Tasks that a shop with work gets.
    static let letters = 50

    static let all = (1...count).map(name)
    /// Those that have work at the same time.
    static let busy = stride(from: 1, through: count, by: 3).map(name)
    /// One of the others.
    static let quiet = name(17)

    /// `shop_07`
    static func name(_ number: Int) -> String { "shop_" + (number < 10 ? "0" : "") + String(number) }

    /// What is typed after the databases of `cronmill setup`.
    static let setupArguments = [
        "--queue", queue, "--handler", "app.send_letter", "--run-as", DemoDatabase.role, "--sleep-after", "5s",
        "--budget", String(budget), "--enable",
    ]

    /// The command line that sets all of them up.
    static let setupLine = CommandLineText.wrapped(
        "cronmill setup $(seq -f '--database shop_%02.0f' \(count))",
        setupArguments
    )
}

/// What became of the letters of one shop.
struct Sendings: Sendable, Hashable {
    let database: String
    let enqueued: Int
    /// Rows in the handler's table.
    let sent: Int
    /// Different letters among them.
    let letters: Int
    /// Tasks that are queued.
    let open: Int
    /// Tasks that were given up.
    let dead: Int

    /// What is wrong, for people; nil when nothing is.
    ///
    /// - Parameter mayWait: whether tasks may still be queued.
    func complaint(mayWait: Bool) -> String? {
        guard sent != letters || dead > 0 || sent + open != enqueued || open > 0 && !mayWait else { return nil }
        return "\(database): \(enqueued.counted) tasks were enqueued; \(sent.counted) letters were sent, "
            + "\(letters.counted) different ones, \(open.counted) tasks are left and \(dead.counted) are dead"
    }
}
