using System.Security.Cryptography;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>Names for runs that nobody named: two words and a number, easy to tell apart in a list.</summary>
internal static class RunNames
{
    private static readonly string[] Adjectives =
    [
        "amber", "bold", "brisk", "calm", "clear", "crisp", "deft", "eager", "fair", "fleet", "gentle", "keen", "lively", "lucid", "mellow", "nimble",
        "patient", "plucky", "quiet", "rapid", "serene", "sharp", "sleek", "steady", "sunny", "swift", "tidy", "upbeat", "vivid", "warm", "wise", "witty",
    ];

    private static readonly string[] Nouns =
    [
        "badger", "birch", "brook", "cedar", "comet", "coral", "crane", "delta", "ember", "falcon", "fern", "fjord", "glacier", "harbor", "heron", "iris",
        "juniper", "lagoon", "lark", "maple", "meadow", "meteor", "otter", "pine", "quartz", "raven", "reef", "river", "sparrow", "summit", "tundra", "willow",
    ];

    public static string MakeUp() =>
        $"{Adjectives[RandomNumberGenerator.GetInt32(Adjectives.Length)]}-{Nouns[RandomNumberGenerator.GetInt32(Nouns.Length)]}-{RandomNumberGenerator.GetInt32(1000)}";
}
