package shop;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.PojoRequestHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Orders implements PojoRequestHandler<Orders.Order, Orders.Receipt> {
    public enum Size { SMALL, LARGE }

    public static class Item {
        private String name;
        private int count;

        public String getName() { return name; }

        public void setName(String name) { this.name = name; }

        public int getCount() { return count; }

        public void setCount(int count) { this.count = count; }
    }

    public static class Order {
        private List<Item> items;
        private Map<String, Long> prices;
        public Size size;
        public double[] weights;

        public void setItems(List<Item> items) { this.items = items; }

        public void setPrices(Map<String, Long> prices) { this.prices = prices; }
    }

    public static class Receipt {
        private final Map<String, Object> lines = new LinkedHashMap<>();
        public Size size;
        public List<Double> weights = new ArrayList<>();

        public Map<String, Object> getLines() { return lines; }

        public boolean isPaid() { return false; }
    }

    @Override
    public Receipt handleRequest(Order order, Context context) {
        if (order == null) {
            return null;
        }
        Receipt receipt = new Receipt();
        receipt.size = order.size;
        for (Item item : order.items) {
            receipt.lines.put(item.getName(), item.getCount() * order.prices.get(item.getName()));
        }
        for (double weight : order.weights) {
            receipt.weights.add(weight);
        }
        return receipt;
    }
}
