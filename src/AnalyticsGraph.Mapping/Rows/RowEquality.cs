using System.Runtime.CompilerServices;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Whether two rows hold the same value. NaN is the same as NaN; JSON is the same as its text.</summary>
internal static class RowEquality
{
    /// <summary>Compares values of two columns that were read alike.</summary>
    public static bool AreSame(RowValues left, int leftRow, RowValues right, int rightRow)
    {
        if (left.IsNull(leftRow) || right.IsNull(rightRow))
        {
            return left.IsNull(leftRow) && right.IsNull(rightRow);
        }

        return (left, right) switch
        {
            (Int64Values a, Int64Values b) => a.Values[leftRow] == b.Values[rightRow],
            (DoubleValues a, DoubleValues b) => a.Values[leftRow].Equals(b.Values[rightRow]),
            (BooleanValues a, BooleanValues b) => a.Values[leftRow] == b.Values[rightRow],
            (UuidValues a, UuidValues b) => a.Values[leftRow] == b.Values[rightRow],
            (TextValues a, TextValues b) => a[leftRow].SequenceEqual(b[rightRow]),
            (ArrayValues a, ArrayValues b) => AreSame(a, leftRow, b, rightRow),
            _ => throw new SwitchExpressionException((left.GetType().Name, right.GetType().Name)),
        };
    }

    private static bool AreSame(ArrayValues left, int leftRow, ArrayValues right, int rightRow)
    {
        var (leftStart, rightStart) = (left.Offsets[leftRow], right.Offsets[rightRow]);
        var count = left.Offsets[leftRow + 1] - leftStart;
        var same = count == right.Offsets[rightRow + 1] - rightStart;
        for (var i = 0; same && i < count; i++)
        {
            same = AreSame(left.Items, leftStart + i, right.Items, rightStart + i);
        }

        return same;
    }
}
