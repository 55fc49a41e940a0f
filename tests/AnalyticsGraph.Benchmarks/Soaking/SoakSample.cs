using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>What the server holds at a moment.</summary>
/// <param name="Pools">How many pools of PostgreSQL's connections tell how many they lent.</param>
/// <param name="Postgres">PostgreSQL's connections in use.</param>
/// <param name="ClickHouse">ClickHouse's connections in use.</param>
/// <param name="Resident">Bytes of memory.</param>
/// <param name="Heap">Bytes of the managed heap.</param>
/// <param name="Subscriptions">Subscriptions to topics.</param>
internal readonly record struct SoakSample(long Pools, long Postgres, long ClickHouse, long Resident, long Heap, long Subscriptions)
{
    public static SoakSample Parse(string text)
    {
        long[] numbers = [.. text.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }
}
