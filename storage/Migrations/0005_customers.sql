-- Webhooks about stored ways to pay name the gateway's customer: whose it is, is found by that.

CREATE INDEX gateway_customers_customer ON books.gateway_customers (gateway, account, gateway_customer_id);
