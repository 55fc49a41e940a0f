using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Rows that were read for a batch of parents, and which of them each parent has.</summary>
internal sealed class ParentRows : IDivisibleSource
{
    private readonly RowGroups _groups;
    private readonly int[]? _slotOf;
    private readonly int _parentCount;

    public ParentRows(RowSet rows, RowGroups groups, int[]? slotOf, int parentCount, PageRequest page, int cursorLength = 0, ulong signature = 0)
    {
        (Rows, _groups, _slotOf, _parentCount, Page, CursorLength, Signature) = (rows, groups, slotOf, parentCount, page, cursorLength, signature);
        (Offsets, RowOf) = Arrange();
    }

    public RowSet Rows { get; }

    public PageRequest Page { get; }

    /// <summary>How many values of the order follow the layout's.</summary>
    public int CursorLength { get; }

    public ulong Signature { get; }

    /// <summary>For each parent where its items begin; one more at the end.</summary>
    public int[] Offsets { get; }

    /// <summary>For each item its row; null if item i is row i.</summary>
    public int[]? RowOf { get; }

    public int ParentCount => _parentCount;

    public int ItemCount => Offsets[^1];

    public static ParentRows Empty(RowLayout layout, int parentCount, PageRequest page) =>
        new(new RowSet(layout, [], 0), new RowGroups(new int[2], null), null, parentCount, page);

    /// <summary>Whether more rows than the page has lie in its direction.</summary>
    public bool HasMore(int parent) => SlotOf(parent) is >= 0 and var slot && _groups.HasMoreAt(slot);

    // Edges: items, with their rows and cursors alone. Those of one parent, whose page from the end is arranged from its end.
    object IDivisibleSource.Take(int[] items)
    {
        var rows = Array.ConvertAll(items, item => RowOf is null ? item : RowOf[item]);
        if (Page.IsBackward)
        {
            Array.Reverse(rows);
        }

        return new ParentRows(Rows.Take(rows), new RowGroups([0, rows.Length], null), null, 1, Page, CursorLength, Signature);
    }

    private int SlotOf(int parent) => _slotOf is null ? 0 : _slotOf[parent];

    private (int[] Offsets, int[]? RowOf) Arrange()
    {
        if (!Page.IsBackward && IsIdentity())
        {
            return (_groups.Offsets, null);
        }

        var offsets = new int[_parentCount + 1];
        for (var parent = 0; parent < _parentCount; parent++)
        {
            var slot = SlotOf(parent);
            offsets[parent + 1] = offsets[parent] + (slot < 0 ? 0 : _groups.Offsets[slot + 1] - _groups.Offsets[slot]);
        }

        var rowOf = new int[offsets[^1]];
        for (var parent = 0; parent < _parentCount; parent++)
        {
            var count = offsets[parent + 1] - offsets[parent];
            for (var i = 0; i < count; i++)
            {
                // A page from the end was read from its end.
                rowOf[offsets[parent] + i] = _groups.Offsets[SlotOf(parent)] + (Page.IsBackward ? count - 1 - i : i);
            }
        }

        return (offsets, rowOf);
    }

    private bool IsIdentity()
    {
        if (_groups.SlotCount != _parentCount)
        {
            return false;
        }

        for (var parent = 0; parent < _parentCount; parent++)
        {
            if (SlotOf(parent) != parent)
            {
                return false;
            }
        }

        return true;
    }
}
