using System.Globalization;

namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>An input that failed.</summary>
internal sealed record FuzzFailure(long Number, byte[] Input, string Why)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Why}\nRepeat with: --from {Number} --count 1\nInput, in base 64: {Convert.ToBase64String(Input)}\n");
}
