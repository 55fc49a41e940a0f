namespace AnalyticsGraph.Mapping.Rows;

/// <summary>The rows of each slot: of each parent's key, for a nested list.</summary>
/// <param name="Offsets">Slots + 1 positions in the rows.</param>
/// <param name="HasMore">Whether a slot has more rows than were asked for; null when none has.</param>
internal sealed record RowGroups(int[] Offsets, bool[]? HasMore)
{
    public int SlotCount => Offsets.Length - 1;

    public bool HasMoreAt(int slot) => HasMore is not null && HasMore[slot];
}

/// <summary>What a question to a store brought: columns, and for a nested list their division.</summary>
/// <param name="Values">The columns in the order of the question's shapes.</param>
/// <param name="Count">The number of rows.</param>
/// <param name="Groups">The slots' rows; null if the question had no limit to watch and no slots.</param>
internal sealed record RowResult(RowValues[] Values, int Count, RowGroups? Groups);
