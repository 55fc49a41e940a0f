using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>What a data set has, and where. Stands beside the engines' data once all of it is written.</summary>
/// <param name="Socket">ClickHouse's Unix socket, of this start.</param>
/// <param name="Groups">The experiments.</param>
/// <param name="ClickHouseBytes">Bytes on disk of the points and of what is derived from them.</param>
/// <param name="PostgresBytes">Bytes on disk of the summaries.</param>
internal sealed record ScalePlace(string Socket, IReadOnlyList<ScaleGroup> Groups, long ClickHouseBytes, long PostgresBytes)
{
    /// <summary>Where the child tells it.</summary>
    public const string Path = "/place";

    /// <summary>100 experiments of 100 runs, in each of them <c>loss</c> and nine of 99 other keys: all points but the next three groups'.</summary>
    [JsonIgnore]
    public ScaleGroup Many => Group(ScaleData.Many);

    /// <summary>As many points again in one experiment: ten runs with ten keys.</summary>
    [JsonIgnore]
    public ScaleGroup Large => Group(ScaleData.Large);

    /// <summary>One series of a million points, whatever the size.</summary>
    [JsonIgnore]
    public ScaleGroup Long => Group(ScaleData.Long);

    /// <summary>100 runs of 1,000 steps, whatever the size.</summary>
    [JsonIgnore]
    public ScaleGroup Compared => Group(ScaleData.Compared);

    /// <summary>Runs in an experiment, to be listed.</summary>
    [JsonIgnore]
    public ScaleGroup Listed => Group(ScaleData.Listed);

    /// <summary>Points of all groups.</summary>
    [JsonIgnore]
    public long Points => Groups.Sum(group => group.Points);

    public static ScalePlace Parse(string text) => JsonSerializer.Deserialize<ScalePlace>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);

    private ScaleGroup Group(string name) => Groups.Single(group => group.Name == name);
}
