namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Orders names so that numbers inside them count as numbers: <c>v2</c> before <c>v10</c>.</summary>
internal static class NaturalOrder
{
    /// <summary>Compares two names.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    public static int Compare(string a, string b)
    {
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            int order;
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                order = ReadNumber(a, ref i).CompareTo(ReadNumber(b, ref j));
            }
            else
            {
                order = a[i++].CompareTo(b[j++]);
            }

            if (order != 0)
            {
                return order;
            }
        }

        return a.Length - b.Length;
    }

    // A leading zero ends the number: "007" is 0, 0, 7. A double, because a name may have more digits than an integer holds.
    private static double ReadNumber(string text, ref int at)
    {
        double number = 0;
        do
        {
            number = (number * 10) + (text[at++] - '0');
        }
        while (at < text.Length && char.IsAsciiDigit(text[at]) && number > 0);

        return number;
    }
}
