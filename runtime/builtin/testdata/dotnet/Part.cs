namespace Shop
{
    public class Part
    {
        public override string ToString() => " of another assembly";
    }
}
