package example;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.PojoRequestHandler;

/** Takes orders. The platform makes objects of the event's JSON, and JSON of the result. */
public class Shop implements PojoRequestHandler<Shop.Order, Shop.Receipt>, FunctionInitializer {
    private int price;

    public static class Order {
        public String item;
        public int count;
    }

    public static class Receipt {
        public String text;
        public int total;
    }

    @Override
    public void initialize(Context context) {
        price = Integer.parseInt(System.getenv("PRICE"));
    }

    @Override
    public Receipt handleRequest(Order order, Context context) {
        if (order.item == null) {
            throw new IllegalArgumentException("an order needs an item");
        }
        context.getLogger().info(order.count + " of " + order.item);
        Receipt receipt = new Receipt();
        receipt.text = order.count + " × " + order.item;
        receipt.total = order.count * price;
        return receipt;
    }
}
